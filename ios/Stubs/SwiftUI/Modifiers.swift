// Why and rules: see View.swift.

// MARK: Styles

public protocol ShapeStyle: Sendable {}
public protocol Shape: Sendable, _Leaf {}
extension Shape {
    public nonisolated func fill<S: ShapeStyle>(_ content: S) -> some View { _Modified<Self>() }
}
public struct Color: _Leaf, ShapeStyle, Hashable {
    public nonisolated init(_ name: String, bundle: Bundle? = nil) {}
    public nonisolated init(uiColor: UIColor) {}
    public enum RGBColorSpace: Sendable { case sRGB, sRGBLinear, displayP3 }
    public nonisolated init(
        _ colorSpace: RGBColorSpace = .sRGB, red: Double, green: Double, blue: Double, opacity: Double = 1
    ) {}
    nonisolated init() {}
    public static let clear = Color()
    public static let red = Color()
    public static let orange = Color()
    public static let white = Color()
    public static let black = Color()
    public static let primary = Color()
    public static let secondary = Color()
    public static let accentColor = Color()
    public nonisolated func opacity(_ opacity: Double) -> Color { self }
}
extension ShapeStyle where Self == Color {
    public static var clear: Color { Color() }
    public static var red: Color { Color() }
    public static var orange: Color { Color() }
    public static var white: Color { Color() }
}
public struct TintShapeStyle: ShapeStyle {}
extension ShapeStyle where Self == TintShapeStyle { public static var tint: TintShapeStyle { TintShapeStyle() } }
public struct HierarchicalShapeStyle: ShapeStyle {}
extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var primary: HierarchicalShapeStyle { HierarchicalShapeStyle() }
    public static var secondary: HierarchicalShapeStyle { HierarchicalShapeStyle() }
    public static var tertiary: HierarchicalShapeStyle { HierarchicalShapeStyle() }
    public static var quaternary: HierarchicalShapeStyle { HierarchicalShapeStyle() }
}
public struct Material: ShapeStyle {}
extension ShapeStyle where Self == Material {
    public static var regularMaterial: Material { Material() }
    public static var thinMaterial: Material { Material() }
    public static var bar: Material { Material() }
}
public struct FillStyle: Equatable, Sendable { public init(eoFill: Bool = false, antialiased: Bool = true) {} }
public enum RoundedCornerStyle: Sendable { case circular, continuous }
public struct RoundedRectangle: Shape {
    public nonisolated init(cornerRadius: CGFloat, style: RoundedCornerStyle = .continuous) {}
}
public struct UnevenRoundedRectangle: Shape {
    public nonisolated init(
        topLeadingRadius: CGFloat = 0, bottomLeadingRadius: CGFloat = 0, bottomTrailingRadius: CGFloat = 0,
        topTrailingRadius: CGFloat = 0, style: RoundedCornerStyle = .continuous
    ) {}
}
public struct Capsule: Shape { public nonisolated init(style: RoundedCornerStyle = .continuous) {} }
public struct Circle: Shape { public nonisolated init() {} }

public struct Font: Hashable, Sendable {
    public static let largeTitle = Font()
    public static let title = Font()
    public static let title2 = Font()
    public static let title3 = Font()
    public static let headline = Font()
    public static let subheadline = Font()
    public static let body = Font()
    public static let callout = Font()
    public static let footnote = Font()
    public static let caption = Font()
    public static let caption2 = Font()
    public static func system(size: CGFloat, weight: Font.Weight? = nil, design: Font.Design? = nil) -> Font { Font() }
    public func bold() -> Font { self }
    public enum Design: Hashable, Sendable { case `default`, serif, rounded, monospaced }
    public func weight(_ weight: Weight) -> Font { self }
    public struct Weight: Hashable, Sendable {
        public static let regular = Weight()
        public static let medium = Weight()
        public static let semibold = Weight()
        public static let bold = Weight()
    }
    public enum TextStyle: CaseIterable, Sendable {
        case largeTitle, title, title2, title3, headline, subheadline, body, callout, footnote, caption, caption2
    }
}
public enum Edge: Int8, CaseIterable, Sendable {
    case top, leading, bottom, trailing
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8
        public init(rawValue: Int8) { self.rawValue = rawValue }
        public static let top = Set(rawValue: 1)
        public static let leading = Set(rawValue: 2)
        public static let bottom = Set(rawValue: 4)
        public static let trailing = Set(rawValue: 8)
        public static let horizontal: Set = [.leading, .trailing]
        public static let vertical: Set = [.top, .bottom]
        public static let all: Set = [.horizontal, .vertical]
    }
}
public enum VerticalEdge: Int8, CaseIterable, Sendable { case top, bottom }
public enum HorizontalEdge: Int8, CaseIterable, Sendable { case leading, trailing }
public enum Visibility: Hashable, CaseIterable, Sendable { case automatic, visible, hidden }

public struct Animation: Equatable, Sendable {
    public static let `default` = Animation()
    public static func easeOut(duration: TimeInterval) -> Animation { Animation() }
}
@MainActor @preconcurrency public func withAnimation<R>(
    _ animation: Animation? = .default, _ body: () throws -> R
) rethrows -> R { try body() }

public struct AnyTransition { public static var opacity: AnyTransition { AnyTransition() } }

@MainActor @preconcurrency public protocol PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle { public nonisolated init() {} }
public struct BorderedButtonStyle: PrimitiveButtonStyle { public nonisolated init() {} }
public struct BorderlessButtonStyle: PrimitiveButtonStyle { public nonisolated init() {} }
public struct PlainButtonStyle: PrimitiveButtonStyle { public nonisolated init() {} }
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: BorderedProminentButtonStyle { BorderedProminentButtonStyle() }
}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle {
    public static var bordered: BorderedButtonStyle { BorderedButtonStyle() }
}
extension PrimitiveButtonStyle where Self == BorderlessButtonStyle {
    public static var borderless: BorderlessButtonStyle { BorderlessButtonStyle() }
}
extension PrimitiveButtonStyle where Self == PlainButtonStyle {
    public static var plain: PlainButtonStyle { PlainButtonStyle() }
}
@MainActor @preconcurrency public protocol ListStyle {}
public struct PlainListStyle: ListStyle { public nonisolated init() {} }
extension ListStyle where Self == PlainListStyle { public static var plain: PlainListStyle { PlainListStyle() } }
@MainActor @preconcurrency public protocol PickerStyle {}
public struct SegmentedPickerStyle: PickerStyle { public nonisolated init() {} }
extension PickerStyle where Self == SegmentedPickerStyle {
    public static var segmented: SegmentedPickerStyle { SegmentedPickerStyle() }
}
public struct InlinePickerStyle: PickerStyle { public nonisolated init() {} }
extension PickerStyle where Self == InlinePickerStyle {
    public static var inline: InlinePickerStyle { InlinePickerStyle() }
}
public enum ControlSize: CaseIterable, Sendable { case mini, small, regular, large, extraLarge }

public struct TextInputAutocapitalization: Sendable {
    public static var never: TextInputAutocapitalization { TextInputAutocapitalization() }
    public static var sentences: TextInputAutocapitalization { TextInputAutocapitalization() }
}
public struct SubmitLabel: Sendable {
    public static var done: SubmitLabel { SubmitLabel() }
    public static var go: SubmitLabel { SubmitLabel() }
    public static var next: SubmitLabel { SubmitLabel() }
    public static var send: SubmitLabel { SubmitLabel() }
}
public struct SubmitTriggers: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let text = SubmitTriggers(rawValue: 1)
}
public struct ScrollDismissesKeyboardMode: Sendable {
    public static var interactively: ScrollDismissesKeyboardMode { ScrollDismissesKeyboardMode() }
}
public struct AccessibilityChildBehavior: Hashable, Sendable {
    public static let ignore = AccessibilityChildBehavior()
    public static let contain = AccessibilityChildBehavior()
    public static let combine = AccessibilityChildBehavior()
}
public struct AccessibilityTraits: SetAlgebra, Sendable {
    public typealias Element = AccessibilityTraits
    public init() {}
    public static let isHeader = AccessibilityTraits()
    public static let isButton = AccessibilityTraits()
    public static let isImage = AccessibilityTraits()
    public static let isSelected = AccessibilityTraits()
    public static let updatesFrequently = AccessibilityTraits()
    public func contains(_ member: Self) -> Bool { stub() }
    public func union(_ other: Self) -> Self { stub() }
    public func intersection(_ other: Self) -> Self { stub() }
    public func symmetricDifference(_ other: Self) -> Self { stub() }
    public mutating func insert(_ new: Self) -> (inserted: Bool, memberAfterInsert: Self) { stub() }
    public mutating func remove(_ member: Self) -> Self? { stub() }
    public mutating func update(with new: Self) -> Self? { stub() }
    public mutating func formUnion(_ other: Self) {}
    public mutating func formIntersection(_ other: Self) {}
    public mutating func formSymmetricDifference(_ other: Self) {}
}
public struct NavigationBarItem: Sendable {
    public enum TitleDisplayMode: Sendable { case automatic, inline, large }
}
public struct InterfaceOrientation: Sendable {}

// MARK: Layout and look

extension View {
    public func padding(_ edges: Edge.Set = .all, _ length: CGFloat? = nil) -> some View { _Modified<Self>() }
    public func padding(_ length: CGFloat) -> some View { _Modified<Self>() }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View {
        _Modified<Self>()
    }
    public func frame(
        minWidth: CGFloat? = nil, idealWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil,
        idealHeight: CGFloat? = nil, maxHeight: CGFloat? = nil, alignment: Alignment = .center
    ) -> some View { _Modified<Self>() }
    public func aspectRatio(_ ratio: CGFloat? = nil, contentMode: ContentMode) -> some View { _Modified<Self>() }
    public func fixedSize(horizontal: Bool, vertical: Bool) -> some View { _Modified<Self>() }
    public func layoutPriority(_ value: Double) -> some View { _Modified<Self>() }
    public func offset(x: CGFloat = 0, y: CGFloat = 0) -> some View { _Modified<Self>() }
    public func opacity(_ opacity: Double) -> some View { _Modified<Self>() }
    public func shadow(
        color: Color = .primary, radius: CGFloat, x: CGFloat = 0, y: CGFloat = 0
    ) -> some View { _Modified<Self>() }
    public func scaledToFill() -> some View { _Modified<Self>() }
    public func clipShape<S: Shape>(_ shape: S, style: FillStyle = FillStyle()) -> some View { _Modified<Self>() }
    public func contentShape<S: Shape>(_ shape: S, eoFill: Bool = false) -> some View { _Modified<Self>() }
    public func font(_ font: Font?) -> some View { _Modified<Self>() }
    public func fontWeight(_ weight: Font.Weight?) -> some View { _Modified<Self>() }
    public func italic(_ isActive: Bool = true) -> some View { _Modified<Self>() }
    public func imageScale(_ scale: Image.Scale) -> some View { _Modified<Self>() }
    public func lineLimit(_ number: Int?) -> some View { _Modified<Self>() }
    public func lineLimit(_ limit: ClosedRange<Int>) -> some View { _Modified<Self>() }
    public func scaledToFit() -> some View { _Modified<Self>() }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { _Modified<Self>() }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { _Modified<Self>() }
    public func tint<S: ShapeStyle>(_ tint: S?) -> some View { _Modified<Self>() }
    public func background<S: ShapeStyle>(_ style: S, ignoresSafeAreaEdges edges: Edge.Set = .all) -> some View {
        _Modified<Self>()
    }
    public func background<S: ShapeStyle, T: Shape>(
        _ style: S, in shape: T, fillStyle: FillStyle = FillStyle()
    ) -> some View { _Modified<Self>() }
    public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View {
        _Modified<Self>()
    }
    public func safeAreaInset<V: View>(
        edge: VerticalEdge, alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> V
    ) -> some View { _Modified<Self>() }
    public func animation<V: Equatable>(_ animation: Animation?, value: V) -> some View { _Modified<Self>() }
    public func transition(_ transition: AnyTransition) -> some View { _Modified<Self>() }
    public func preferredColorScheme(_ scheme: ColorScheme?) -> some View { _Modified<Self>() }
    public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View {
        _Modified<Self>()
    }
    public func dynamicTypeSize(_ size: DynamicTypeSize) -> some View { _Modified<Self>() }
    public func previewDisplayName(_ value: String?) -> some View { _Modified<Self>() }
}

// MARK: Controls

extension View {
    public func disabled(_ disabled: Bool) -> some View { _Modified<Self>() }
    public func allowsHitTesting(_ enabled: Bool) -> some View { _Modified<Self>() }
    public func id<ID: Hashable>(_ id: ID) -> some View { _Modified<Self>() }
    public func tag<V: Hashable>(_ tag: V) -> some View { _Modified<Self>() }
    public func badge(_ count: Int) -> some View { _Modified<Self>() }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { _Modified<Self>() }
    public func controlSize(_ size: ControlSize) -> some View { _Modified<Self>() }
    public func pickerStyle<S: PickerStyle>(_ style: S) -> some View { _Modified<Self>() }
    public func labelsHidden() -> some View { _Modified<Self>() }
    public func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { _Modified<Self>() }
    public func listStyle<S: ListStyle>(_ style: S) -> some View { _Modified<Self>() }
    public func textContentType(_ type: UITextContentType?) -> some View { _Modified<Self>() }
    public func keyboardType(_ type: UIKeyboardType) -> some View { _Modified<Self>() }
    public func textInputAutocapitalization(_ style: TextInputAutocapitalization?) -> some View { _Modified<Self>() }
    public func autocorrectionDisabled(_ disable: Bool = true) -> some View { _Modified<Self>() }
    public func submitLabel(_ label: SubmitLabel) -> some View { _Modified<Self>() }
    public func onSubmit(of triggers: SubmitTriggers = .text, _ action: @escaping () -> Void) -> some View {
        _Modified<Self>()
    }
    public func focused(_ condition: FocusState<Bool>.Binding) -> some View { _Modified<Self>() }
    public func focused<V: Hashable>(_ binding: FocusState<V>.Binding, equals value: V) -> some View {
        _Modified<Self>()
    }
    public func defaultScrollAnchor(_ anchor: UnitPoint?) -> some View { _Modified<Self>() }
    public func scrollDismissesKeyboard(_ mode: ScrollDismissesKeyboardMode) -> some View { _Modified<Self>() }
    public func contextMenu<M: View>(@ViewBuilder menuItems: () -> M) -> some View { _Modified<Self>() }
    public func swipeActions<T: View>(
        edge: HorizontalEdge = .trailing, allowsFullSwipe: Bool = true, @ViewBuilder content: () -> T
    ) -> some View { _Modified<Self>() }
}

// MARK: Navigation and life

extension View {
    public func navigationTitle(_ title: Text) -> some View { _Modified<Self>() }
    public func navigationTitle(_ title: LocalizedStringKey) -> some View { _Modified<Self>() }
    @_disfavoredOverload public func navigationTitle<S: StringProtocol>(_ title: S) -> some View { _Modified<Self>() }
    public func navigationBarTitleDisplayMode(_ mode: NavigationBarItem.TitleDisplayMode) -> some View {
        _Modified<Self>()
    }
    public func navigationDestination<D: Hashable, C: View>(
        for data: D.Type, @ViewBuilder destination: @escaping (D) -> C
    ) -> some View { _Modified<Self>() }
    public func toolbar<C: ToolbarContent>(@ToolbarContentBuilder content: () -> C) -> some View { _Modified<Self>() }
    public func task(
        priority: TaskPriority = .userInitiated, @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { _Modified<Self>() }
    public func task<T: Equatable>(
        id value: T, priority: TaskPriority = .userInitiated,
        @_inheritActorContext _ action: @escaping @Sendable () async -> Void
    ) -> some View { _Modified<Self>() }
    public func onAppear(perform action: (() -> Void)? = nil) -> some View { _Modified<Self>() }
    public func onDisappear(perform action: (() -> Void)? = nil) -> some View { _Modified<Self>() }
    public func onChange<V: Equatable>(
        of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void
    ) -> some View { _Modified<Self>() }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping () -> Void) -> some View
    { _Modified<Self>() }
    public func sheet<C: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> C
    ) -> some View { _Modified<Self>() }
    public func sheet<Item: Identifiable, C: View>(
        item: Binding<Item?>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping (Item) -> C
    ) -> some View { _Modified<Self>() }
    public func alert<A: View, M: View>(
        _ title: LocalizedStringKey, isPresented: Binding<Bool>, @ViewBuilder actions: () -> A,
        @ViewBuilder message: () -> M
    ) -> some View { _Modified<Self>() }
    public func alert<A: View, M: View>(
        _ title: Text, isPresented: Binding<Bool>, @ViewBuilder actions: () -> A, @ViewBuilder message: () -> M
    ) -> some View { _Modified<Self>() }
    public func confirmationDialog<A: View, M: View, T>(
        _ title: LocalizedStringKey, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        presenting data: T?, @ViewBuilder actions: (T) -> A, @ViewBuilder message: (T) -> M
    ) -> some View { _Modified<Self>() }
}

// MARK: Accessibility

extension View {
    public func accessibilityLabel(_ label: LocalizedStringKey) -> some View { _Modified<Self>() }
    public func accessibilityLabel(_ label: Text) -> some View { _Modified<Self>() }
    public func accessibilityHint(_ hint: LocalizedStringKey) -> some View { _Modified<Self>() }
    public func accessibilityHidden(_ hidden: Bool) -> some View { _Modified<Self>() }
    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View { _Modified<Self>() }
    public func accessibilityActions<C: View>(@ViewBuilder _ content: () -> C) -> some View { _Modified<Self>() }
    public func speechSpellsOutCharacters(_ value: Bool = true) -> some View { _Modified<Self>() }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { _Modified<Self>() }
}
