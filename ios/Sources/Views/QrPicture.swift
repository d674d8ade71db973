// Why: readers look for dark modules on light ground, so a code is black on white in every theme, with white around it.

import LinnetCore
import SwiftUI

/// A drawn code; modules end at pixels, so nothing blurs.
struct QrPicture: View {
    let code: QrCode
    /// Modules of white on each side.
    private let quiet = 4

    init(code: QrCode) {
        self.code = code
    }

    var body: some View {
        Canvas { context, size in
            let side = Int(code.side)
            let module = max(1, (size.width / CGFloat(side + 2 * quiet)).rounded(.down))
            let start = ((size.width - module * CGFloat(side)) / 2).rounded(.down)
            var dark = Path()
            for (index, value) in code.modules.enumerated() where value == 1 {
                let (x, y) = (CGFloat(index % side), CGFloat(index / side))
                dark.addRect(CGRect(x: start + x * module, y: start + y * module, width: module, height: module))
            }
            context.fill(dark, with: .color(.black))
        }
        .aspectRatio(1, contentMode: .fit)
        .background(Color.white)
    }
}
