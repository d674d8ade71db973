//! Who has access to an account (XEP-0494): the tokens that were given out, and whoever a test adds.

use jid::BareJid;
use linnet_messenger::wire::{Element, ns};

use super::FakeServer;
use super::route::{result, stanza_error};

/// A client that has access.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    pub device: Option<String>,
    /// It signed in with the password, which can't be taken back.
    pub password: bool,
}

impl FakeServer {
    /// The clients of an account.
    pub fn clients_of(&self, owner: &BareJid) -> Vec<Client> {
        let by_token = self.tokens.keys().filter(|(jid, _)| jid == owner);
        let by_token =
            by_token.map(|(_, agent)| Client { id: format!("client/{agent}"), device: None, password: false });
        by_token.chain(self.clients.iter().flatten().cloned()).collect()
    }

    pub(super) fn clients_iq(&mut self, session: u64, owner: &BareJid, iq: &Element, payload: &Element) {
        let ns = ns::CLIENT_MANAGEMENT;
        if payload.name == "list" {
            let text = |name, text: &str| Element::new(name, ns).text(text);
            let client = |client: &Client| {
                let agent = Element::new("user-agent", ns).child(text("software", "Fake"));
                let agent = match &client.device {
                    Some(device) => agent.child(text("device", device)),
                    None => agent,
                };
                let auth = if client.password { "password" } else { "fast" };
                Element::new("client", ns)
                    .with("connected", "true")
                    .with("id", client.id.as_str())
                    .with("type", "session")
                    .child(text("first-seen", "2023-04-06T14:26:08Z"))
                    .child(text("last-seen", "2023-04-06T14:37:25Z"))
                    .child(Element::new("auth", ns).child(Element::new(auth, ns)))
                    .child(Element::new("permission", ns).with("status", "unrestricted"))
                    .child(agent)
            };
            let clients = self.clients_of(owner);
            let list = clients.iter().fold(Element::new("clients", ns), |list, one| list.child(client(one)));
            return self.send(session, result(iq).child(list), true);
        }
        let id = payload.attribute("id").unwrap_or_default().to_owned();
        let Some(client) = self.clients_of(owner).into_iter().find(|client| client.id == id) else {
            return self.send(session, stanza_error(iq, "cancel", "item-not-found"), true);
        };
        if client.password {
            let condition = Element::new("service-unavailable", ns::STANZA_ERROR);
            let error = Element::new("error", ns::CLIENT).with("type", "cancel").child(condition);
            let error = error.child(Element::new("password-reset-required", ns));
            let answer = Element::new("iq", ns::CLIENT)
                .with("type", "error")
                .with_some("id", iq.attribute("id"))
                .with_some("to", iq.attribute("from"))
                .child(error);
            return self.send(session, answer, true);
        }
        self.tokens.retain(|(jid, agent), _| jid != owner || format!("client/{agent}") != id);
        if let Some(clients) = &mut self.clients {
            clients.retain(|client| client.id != id);
        }
        self.send(session, result(iq), true);
    }
}
