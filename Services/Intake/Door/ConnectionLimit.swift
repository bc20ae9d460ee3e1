import NIOCore

/// Closes a connection at once where its address has as many as it may have.
final class ConnectionLimit: ChannelInboundHandler, RemovableChannelHandler {
    // It looks at no message.
    typealias InboundIn = Never

    private let doorkeeper: Doorkeeper
    /// The address that has the connection; nil where it was refused, or has ended.
    private var counted: String?

    init(_ doorkeeper: Doorkeeper) { self.doorkeeper = doorkeeper }

    func channelActive(context: ChannelHandlerContext) {
        let address = context.channel.remoteAddress?.ipAddress ?? ""
        if doorkeeper.connect(address) { counted = address } else { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let counted { doorkeeper.disconnect(counted) }
        counted = nil
        context.fireChannelInactive()
    }
}
