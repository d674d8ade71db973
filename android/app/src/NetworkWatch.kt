package org.linnet.app

import android.content.Context
import android.net.ConnectivityManager
import android.net.LinkProperties
import android.net.Network
import android.net.NetworkCapabilities
import org.linnet.core.Client

/**
 * Tells the core when the way to the network changes, whether it is paid for by the byte, and which DNS servers it has
 * there: an app can't see them by itself. For the life of the process.
 */
class NetworkWatch(context: Context, private val client: Client) : ConnectivityManager.NetworkCallback() {
    private val connectivity = context.getSystemService(ConnectivityManager::class.java)
    private var current: Network? = null

    fun start() = connectivity.registerDefaultNetworkCallback(this)

    override fun onAvailable(network: Network) {
        val moved = current != null && current != network
        current = network
        // The first is no change: the client has just begun to connect.
        if (moved) client.networkChanged()
    }

    override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
        client.setMetered(!capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED))
    }

    override fun onLinkPropertiesChanged(network: Network, properties: LinkProperties) {
        client.setDnsServers(properties.dnsServers.mapNotNull { it.hostAddress })
        client.networkChanged()
    }

    override fun onLost(network: Network) {
        current = null
        client.networkChanged()
    }
}
