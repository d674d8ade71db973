package org.linnet.ui.chat

/** One to three emoji and nothing else are a picture rather than text. */
internal fun isFewEmoji(text: String): Boolean {
    if (text.isEmpty() || text.length > 40) return false
    var pictures = 0
    var joined = false
    for (point in text.codePoints()) {
        when {
            point == 0x200D -> joined = true
            point == 0xFE0F || point in 0x1F3FB..0x1F3FF || point in 0xE0020..0xE007F || point == 0x20E3 -> Unit
            point in 0x1F1E6..0x1F1FF -> pictures++
            isPicture(point) -> {
                if (!joined) pictures += 2
                joined = false
            }
            else -> return false
        }
    }
    return pictures in 2..6
}

private fun isPicture(point: Int): Boolean =
    point in 0x1F300..0x1FAFF || point in 0x2600..0x27BF || point in 0x2B00..0x2BFF || point in 0x2190..0x21FF
