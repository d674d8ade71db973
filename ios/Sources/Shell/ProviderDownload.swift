// Why: a newer list of servers is fetched only if whoever built the app said from where, and only when someone looks for
// a server.

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

public enum ProviderDownload {
    /// The core takes no longer list.
    private static let largest = 2 * 1024 * 1024

    /// The text at this address, or `nil`: then the list that came with the app is good enough.
    public static func text(at url: URL) async -> String? {
        guard url.scheme == "https" else { return nil }
        let session = URLSession(configuration: .ephemeral, delegate: StayThere(), delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        var request = URLRequest(url: url)
        request.timeoutInterval = 10
        guard let (data, response) = try? await session.data(for: request),
            (response as? HTTPURLResponse)?.statusCode == 200, data.count <= largest
        else { return nil }
        return String(data: data, encoding: .utf8)
    }
}

/// Only where the list was said to be.
private final class StayThere: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
