//! A stanza as a tree: bounded by the reader in depth (so that dropping it can't exhaust the stack), size and number of
//! nodes. Reading is lenient and local: a missing or wrong value concerns the one who asks for it, never the whole.

/// An XML element with resolved names. Attributes without a namespace have an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    pub name: String,
    pub ns: String,
    /// (namespace, name, value), in document order.
    pub attributes: Vec<(String, String, String)>,
    pub nodes: Vec<Node>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Element(Element),
    Text(String),
}

/// What a node costs beside its text: the structs, their allocations' headers and growth.
pub(super) const NODE_COST: usize = 160;

impl Element {
    /// An empty element.
    pub fn new(name: &str, ns: &str) -> Self {
        Self { name: name.to_owned(), ns: ns.to_owned(), ..Self::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((String::new(), name.to_owned(), value.into()));
        self
    }

    /// Adds an attribute if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a child.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.nodes.push(Node::Element(child));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.nodes.push(Node::Text(text.into()));
        self
    }

    /// Whether the element has this name in this namespace.
    pub fn is(&self, name: &str, ns: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(ns, n, _)| ns.is_empty() && n == name).map(|(_, _, value)| value.as_str())
    }

    /// The child elements.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| if let Node::Element(element) = node { Some(element) } else { None })
    }

    /// The first child with this name in this namespace.
    pub fn first(&self, name: &str, ns: &str) -> Option<&Self> {
        self.children().find(|child| child.is(name, ns))
    }

    /// The text directly inside, joined.
    pub fn content(&self) -> String {
        self.nodes
            .iter()
            .filter_map(|node| if let Node::Text(text) = node { Some(text.as_str()) } else { None })
            .collect()
    }

    /// Bytes that it takes without what is inside, about.
    pub(super) fn cost(&self) -> usize {
        let attributes = self.attributes.iter().map(|(ns, name, value)| ns.len() + name.len() + value.len() + 96);
        NODE_COST + self.name.len() + self.ns.len() + attributes.sum::<usize>()
    }

    /// Bytes that all of it takes, about; as [`super::Limits::memory`] counts them.
    pub fn memory(&self) -> usize {
        let mut open = vec![self];
        let mut sum = 0;
        while let Some(element) = open.pop() {
            sum += element.cost();
            for node in &element.nodes {
                match node {
                    Node::Element(child) => open.push(child),
                    Node::Text(text) => sum += NODE_COST + text.len(),
                }
            }
        }
        sum
    }
}
