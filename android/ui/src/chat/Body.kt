package org.linnet.ui.chat

import androidx.compose.foundation.background
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.layout.Layout
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.LinkAnnotation
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.text.TextLinkStyles
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.ResolvedTextDirection
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.withLink
import androidx.compose.ui.text.withStyle
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import org.linnet.core.TextBlock
import org.linnet.core.TextSpan
import kotlin.math.ceil
import kotlin.math.floor
import kotlin.math.max

/** What a text is drawn with: its own colour, that of links, and the faint one of styling characters and quotes. */
internal data class Inks(val text: Color, val link: Color, val faint: Color)

/**
 * A message's text, one block below the other, and its time: on the last line where that leaves room, else on a line of
 * its own. [actor] stands before a text that says what someone does.
 */
@Composable
internal fun Body(
    blocks: List<TextBlock>,
    inks: Inks,
    modifier: Modifier = Modifier,
    actor: String? = null,
    stamp: @Composable () -> Unit = {},
) {
    val large = remember(blocks, actor) { actor == null && isPicture(blocks) }
    val tail = remember(blocks) { Tail() }
    Layout(
        {
            blocks.forEachIndexed { at, block ->
                Block(block, inks, large, actor.takeIf { at == 0 }, tail.takeIf { at == blocks.lastIndex })
            }
            if (blocks.isEmpty() && actor != null) {
                Block(TextBlock(0u, false, emptyList()), inks, false, actor, tail)
            }
            Box { stamp() }
        },
        modifier,
    ) { measurables, constraints ->
        val loose = constraints.copy(minWidth = 0, minHeight = 0)
        val parts = measurables.dropLast(1).map { it.measure(loose) }
        val end = measurables.last().measure(Constraints())
        val ltr = layoutDirection == LayoutDirection.Ltr
        val between = 4.dp.roundToPx()
        val textHeight = parts.sumOf { it.height } + between * max(parts.size - 1, 0)
        val beside = if (end.width == 0) 0 else 8.dp.roundToPx() + end.width
        val last = tail.last.takeIf { !large && tail.open && tail.ltr == ltr && it + beside <= constraints.maxWidth }
        val own = parts.maxOfOrNull { it.width } ?: 0
        val width = maxOf(own, last?.plus(beside) ?: end.width, constraints.minWidth)
        val height = if (last != null) max(textHeight, end.height) else textHeight + end.height
        layout(width, height) {
            var top = 0
            for (part in parts) {
                part.placeRelative(0, top)
                top += part.height + between
            }
            end.placeRelative(width - end.width, height - end.height)
        }
    }
}

/** What the last block leaves of its last line. The time can't stand after one that runs against the layout. */
private class Tail {
    var open = false
    var last = 0
    var ltr = true
}

@Composable
private fun Block(block: TextBlock, inks: Inks, large: Boolean, actor: String?, tail: Tail?) {
    val plain = MaterialTheme.typography.bodyLarge
    val style = when {
        large -> plain.copy(fontSize = 34.sp, lineHeight = 42.sp)
        block.preformatted -> MaterialTheme.typography.bodyMedium.copy(
            fontFamily = FontFamily.Monospace,
            textDirection = TextDirection.ContentOrLtr,
        )
        else -> plain
    }
    val ink = if (block.quote > 0u) inks.copy(text = inks.faint) else inks
    val text = remember(block, actor, inks) { styled(block.spans, inks, actor) }
    val bars = block.quote.toInt().coerceAtMost(DEEPEST)
    if (bars == 0 && !block.preformatted) {
        Hugging(text, ink.text, style, tail)
        return
    }
    Box(Modifier.quoted(bars, inks.faint)) {
        if (block.preformatted) {
            // As it is, line breaks and all: what is too wide is reached by a finger.
            Box(
                Modifier.clip(MaterialTheme.shapes.extraSmall).background(inks.text.copy(alpha = 0.08f))
                    .horizontalScroll(rememberScrollState()).padding(horizontal = 10.dp, vertical = 7.dp),
            ) { Text(text, color = ink.text, style = style, softWrap = false) }
        } else {
            Hugging(text, ink.text, style, null)
        }
    }
}

/** A wrapped text claims the whole width, however short its lines are: here it is as wide as its widest line. */
@Composable
private fun Hugging(text: AnnotatedString, color: Color, style: TextStyle, tail: Tail?) {
    val result = remember { arrayOfNulls<TextLayoutResult>(1) }
    Layout({ Text(text, color = color, style = style, onTextLayout = { result[0] = it }) }) { measurables, constraints ->
        val body = measurables.single().measure(constraints)
        val layout = checkNotNull(result[0]) { "text is laid out when it is measured" }
        val lines = 0 until layout.lineCount
        val left = lines.minOf { floor(layout.getLineLeft(it)).toInt() }.coerceIn(0, body.width)
        val width = lines.maxOf { ceil(layout.getLineRight(it)).toInt() }.coerceIn(left, body.width) - left
        if (tail != null) {
            val line = layout.lineCount - 1
            tail.open = true
            tail.last = ceil(layout.getLineRight(line) - layout.getLineLeft(line)).toInt()
            tail.ltr = layout.getParagraphDirection(layout.getLineStart(line)) == ResolvedTextDirection.Ltr
        }
        layout(width, body.height) { body.place(-left, 0) }
    }
}

/** A bar for each depth of quotation, at the side where reading begins. */
private fun Modifier.quoted(depth: Int, color: Color): Modifier {
    if (depth == 0) return this
    return drawBehind {
        val bar = 3.dp.toPx()
        for (at in 0 until depth) {
            val from = at * STEP.dp.toPx()
            val left = if (layoutDirection == LayoutDirection.Ltr) from else size.width - from - bar
            drawRoundRect(color.copy(alpha = 0.6f), Offset(left, 0f), Size(bar, size.height), CornerRadius(bar))
        }
    }.padding(start = (depth * STEP).dp)
}

/** Spans as the core cut them: their styles, and links that it found safe to open. */
internal fun styled(spans: List<TextSpan>, inks: Inks, actor: String? = null): AnnotatedString = buildAnnotatedString {
    if (actor != null) withStyle(SpanStyle(fontWeight = FontWeight.SemiBold)) { append(actor) }
    if (actor != null) append(' ')
    val linked = TextLinkStyles(SpanStyle(color = inks.link, textDecoration = TextDecoration.Underline))
    for (span in spans) {
        withStyle(span.style(inks, acting = actor != null)) {
            val link = span.link
            if (link == null) append(span.text) else withLink(LinkAnnotation.Url(link, linked)) { append(span.text) }
        }
    }
}

private fun TextSpan.style(inks: Inks, acting: Boolean) = SpanStyle(
    color = if (directive) inks.faint.copy(alpha = inks.faint.alpha * 0.7f) else Color.Unspecified,
    fontWeight = if (strong && !directive) FontWeight.Bold else null,
    fontStyle = if ((emphasis && !directive) != acting) FontStyle.Italic else null,
    textDecoration = if (strike && !directive) TextDecoration.LineThrough else null,
    fontFamily = if (code) FontFamily.Monospace else null,
    background = if (code && !directive) inks.text.copy(alpha = 0.1f) else Color.Unspecified,
)

private fun isPicture(blocks: List<TextBlock>): Boolean {
    val block = blocks.singleOrNull() ?: return false
    return block.quote == 0u && !block.preformatted && isFewEmoji(block.spans.joinToString("") { it.text })
}

/** A deeper quotation looks like this one. */
private const val DEEPEST = 4
private const val STEP = 12
