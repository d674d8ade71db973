// Why: stream resumption must not cross a reboot, and clocks can't tell one.

import Foundation

#if canImport(Darwin)
    import Darwin
#endif

/// A name for this boot of the device.
enum BootSession {
    /// The same until the device starts again; empty if the system does not say.
    static func current() -> String {
        #if canImport(Darwin)
            var size = 0
            guard sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0) == 0, size > 1 else { return "" }
            var name = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("kern.bootsessionuuid", &name, &size, nil, 0) == 0 else { return "" }
            return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        #else
            let name = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        #endif
    }
}
