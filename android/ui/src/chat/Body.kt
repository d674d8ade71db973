package org.linnet.ui.chat

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.layout.Layout
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.LinkAnnotation
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.text.TextLinkStyles
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.style.ResolvedTextDirection
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.withLink
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import kotlin.math.ceil
import kotlin.math.floor
import kotlin.math.max

/** A message's text with its time: on the last line where that leaves room, else on a line of its own. */
@Composable
internal fun Body(
    text: String,
    color: Color,
    linkColor: Color,
    modifier: Modifier = Modifier,
    stamp: @Composable () -> Unit,
) {
    val result = remember { arrayOfNulls<TextLayoutResult>(1) }
    val large = remember(text) { isFewEmoji(text) }
    val style = MaterialTheme.typography.bodyLarge
    Layout(
        {
            Text(
                remember(text, linkColor) { linked(text, linkColor) },
                color = color,
                style = if (large) style.copy(fontSize = 34.sp, lineHeight = 42.sp) else style,
                onTextLayout = { result[0] = it },
            )
            stamp()
        },
        modifier,
    ) { measurables, constraints ->
        val body = measurables[0].measure(constraints.copy(minWidth = 0, minHeight = 0))
        val end = measurables.getOrNull(1)?.measure(Constraints())
        val lines = Lines(checkNotNull(result[0]) { "text is laid out when it is measured" }, body.width)
        val ltr = layoutDirection == LayoutDirection.Ltr
        val beside = if (end == null) 0 else 8.dp.roundToPx() + end.width
        val last = lines.last.takeIf { !large && lines.lastIsLtr == ltr && it + beside <= constraints.maxWidth }
        val width = maxOf(lines.width, last?.plus(beside) ?: end?.width ?: 0, constraints.minWidth)
        val height = if (end == null || last != null) max(body.height, end?.height ?: 0) else body.height + end.height
        layout(width, height) {
            // A wrapped text claims the whole width, however short its lines are: the bubble hugs the lines instead.
            body.place((if (ltr) 0 else width - lines.width) - lines.left, 0)
            end?.placeRelative(width - end.width, height - end.height)
        }
    }
}

/** What a text's lines cover. The time can't stand after the last where that line runs against the layout. */
private class Lines(layout: TextLayoutResult, body: Int) {
    val left = (0 until layout.lineCount).minOf { floor(layout.getLineLeft(it)).toInt() }.coerceIn(0, body)
    val width = (0 until layout.lineCount).maxOf { ceil(layout.getLineRight(it)).toInt() }.coerceIn(left, body) - left
    val last: Int
    val lastIsLtr: Boolean

    init {
        val line = layout.lineCount - 1
        last = ceil(layout.getLineRight(line) - layout.getLineLeft(line)).toInt()
        lastIsLtr = layout.getParagraphDirection(layout.getLineStart(line)) == ResolvedTextDirection.Ltr
    }
}
/** Web addresses can be opened; nothing else is guessed to be a link. */
internal fun linked(text: String, color: Color): AnnotatedString = buildAnnotatedString {
    val style = TextLinkStyles(SpanStyle(color = color, textDecoration = TextDecoration.Underline))
    var from = 0
    for (match in webAddress.findAll(text)) {
        val address = match.value.trimEnd('.', ',', ';', ':', '!', '?', ')', '"', '\'', '»', '”')
        append(text.substring(from, match.range.first))
        withLink(LinkAnnotation.Url(address, style)) { append(address) }
        from = match.range.first + address.length
    }
    append(text.substring(from))
}

private val webAddress = Regex("""https?://[^\s<>]+""", RegexOption.IGNORE_CASE)

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
