// Why: the system's resolver knows the network of the moment, VPN and private DNS, and only it can be asked for SRV
// records there. Answers go to the core raw; what they mean is decided there.
// Addresses are left to the core: `getaddrinfo` is the system's own too, and makes up what a network without IPv4
// needs.
// Whom to trust the core asks the system's trust store itself.

import Dispatch
import Foundation
import LinnetCore
import dnssd

/// What the core asks Apple's systems about networks.
public final class AppleNetwork: PlatformNetwork {
    public init() {}

    public func lookup(question: Question, lookup: Lookup) {
        switch question {
        case .srv(let name): RecordQuery.start(name, lookup)
        case .addresses: lookup.pass()
        }
    }

    public func judge(chain: [Data], domain: String) -> Judgement { .pass }
}

/// One question for SRV records. Lives until it has answered, and is used on its queue only.
private final class RecordQuery: @unchecked Sendable {
    private static let queue = DispatchQueue(label: "org.linnet.names")
    /// When nobody waits any more.
    private static let patience = DispatchTimeInterval.seconds(5)

    private let lookup: Lookup
    private var service: DNSServiceRef?
    private var records: [Data] = []
    private var itself: RecordQuery?

    private init(_ lookup: Lookup) {
        self.lookup = lookup
    }

    static func start(_ name: String, _ lookup: Lookup) {
        queue.async { RecordQuery(lookup).begin(name) }
    }

    private func begin(_ name: String) {
        itself = self
        let started = DNSServiceQueryRecord(
            // Without intermediates the system is silent when there are no such records.
            &service, DNSServiceFlags(kDNSServiceFlagsReturnIntermediates), 0, name,
            UInt16(kDNSServiceType_SRV), UInt16(kDNSServiceClass_IN),
            { _, flags, _, error, _, type, _, length, data, _, context in
                guard let context else { return }
                let query = Unmanaged<RecordQuery>.fromOpaque(context).takeUnretainedValue()
                let isRecord = type == UInt16(kDNSServiceType_SRV)
                let record = isRecord ? data.map { Data(bytes: $0, count: Int(length)) } : nil
                query.heard(error: Int(error), record: record, more: Int(flags) & kDNSServiceFlagsMoreComing != 0)
            },
            Unmanaged.passUnretained(self).toOpaque())
        guard started == DNSServiceErrorType(kDNSServiceErr_NoError),
            DNSServiceSetDispatchQueue(service, Self.queue) == DNSServiceErrorType(kDNSServiceErr_NoError)
        else { return end { $0.failed() } }
        Self.queue.asyncAfter(deadline: .now() + Self.patience) { self.end { $0.failed() } }
    }

    private func heard(error: Int, record: Data?, more: Bool) {
        switch error {
        case kDNSServiceErr_NoError:
            if let record { records.append(record) }
            // An alias on the way is no answer yet.
            if !more, !records.isEmpty { end { $0.records(data: self.records) } }
        case kDNSServiceErr_NoSuchName, kDNSServiceErr_NoSuchRecord:
            if !more { end { $0.records(data: self.records) } }
        default:
            end { $0.failed() }
        }
    }

    private func end(_ tell: (Lookup) -> Void) {
        guard itself != nil else { return }
        tell(lookup)
        if let service { DNSServiceRefDeallocate(service) }
        service = nil
        itself = nil
    }
}
