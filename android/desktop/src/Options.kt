package org.linnet.desktop

import org.linnet.core.ServerAddress
import java.nio.file.Path
import java.util.Locale

/** What the command line says. */
data class Options(
    val store: Path,
    val address: String?,
    val password: String?,
    val server: ServerAddress?,
    val ca: Path?,
    val title: String,
    val position: Pair<Int, Int>?,
    val width: Int,
    val height: Int,
    val dark: Boolean?,
    val language: Locale?,
    /** A link to begin with. */
    val open: String?,
) {
    companion object {
        val USAGE = """
            usage: --store DIR [--address a@b --password …] [--server HOST:PORT] [--ca FILE]
                   [--title TEXT] [--position X,Y] [--size WxH] [--theme light|dark] [--language en|de] [--open LINK]
        """.trimIndent()

        private val known =
            setOf("store", "address", "password", "server", "ca", "title", "position", "size", "theme", "language", "open")

        /** Throws [IllegalArgumentException] with a sentence. */
        fun read(arguments: Array<String>): Options {
            val given = HashMap<String, String>()
            for (pair in arguments.toList().chunked(2)) {
                val name = pair[0].removePrefix("--")
                require(pair[0].startsWith("--") && name in known) { "what is ${pair[0]}?" }
                require(pair.size == 2) { "${pair[0]} wants a value" }
                given[name] = pair[1]
            }
            require((given["address"] == null) == (given["password"] == null)) { "address and password go together" }
            val (width, height) = given["size"]?.let { numbers(it, 'x', "--size") } ?: (400 to 820)
            return Options(
                store = Path.of(requireNotNull(given["store"]) { "--store is missing" }).toAbsolutePath(),
                address = given["address"],
                password = given["password"],
                server = given["server"]?.let(::server),
                ca = given["ca"]?.let { Path.of(it).toAbsolutePath() },
                title = given["title"] ?: given["address"] ?: "Linnet",
                position = given["position"]?.let { numbers(it, ',', "--position") },
                width = width,
                height = height,
                dark = given["theme"]?.let {
                    require(it == "light" || it == "dark") { "--theme is light or dark" }
                    it == "dark"
                },
                language = given["language"]?.let(Locale::forLanguageTag),
                open = given["open"],
            )
        }

        private fun server(text: String): ServerAddress {
            val port = text.substringAfterLast(':').toIntOrNull()?.takeIf { it in 1..65535 }
            require(':' in text && port != null) { "--server wants HOST:PORT" }
            return ServerAddress(text.substringBeforeLast(':').removeSurrounding("[", "]"), port.toUShort(), false)
        }

        private fun numbers(text: String, between: Char, name: String): Pair<Int, Int> {
            val parts = text.split(between).map { it.trim().toIntOrNull() }
            require(parts.size == 2 && null !in parts) { "$name wants two numbers" }
            return parts[0]!! to parts[1]!!
        }
    }
}
