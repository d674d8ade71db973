package org.linnet.ui.theme

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** Line drawings of one weight, 24 by 24; those that point along the text turn around with it. */
object Icons {
    val Back = icon("back", mirrored = true) { stroke("M19,12 H5.5 M11.5,5.5 L5,12 L11.5,18.5") }
    val Send = icon("send", mirrored = true) {
        fill(
            "M3.4,20.3 L21.2,12.7 A0.8,0.8 0 0 0 21.2,11.3 L3.4,3.7 A0.7,0.7 0 0 0 2.5,4.6 L4.7,10.5" +
                " L13.5,12 L4.7,13.5 L2.5,19.4 A0.7,0.7 0 0 0 3.4,20.3 Z",
        )
    }
    val Check = icon("check") { stroke("M5,12.5 L10,17.5 L19.5,7.5", 2.2f) }
    val Checks = icon("checks", width = 30f) {
        stroke("M4,12.5 L9,17.5 L18.5,7.5 M15.3,16.6 L16.2,17.5 L25.7,7.5", 2.4f)
    }
    val Close = icon("close") { stroke("M6,6 L18,18 M18,6 L6,18", 2f) }
    val Shield = icon("shield") {
        stroke("M12,3.5 L19,6 V11.5 C19,16 16,19.2 12,20.5 C8,19.2 5,16 5,11.5 V6 Z M8.7,12 L11,14.4 L15.4,9.6")
    }
    val Clock = icon("clock") { stroke("M12,4 A8,8 0 1 1 12,20 A8,8 0 1 1 12,4 M12,7.8 V12.2 L15,14") }
    val Available = icon("available") {
        stroke("M12,3.5 A8.5,8.5 0 1 1 12,20.5 A8.5,8.5 0 1 1 12,3.5 M8,12.4 L11,15.2 L16,9.2")
    }
    val Busy = icon("busy") { stroke("M12,3.5 A8.5,8.5 0 1 1 12,20.5 A8.5,8.5 0 1 1 12,3.5 M7.8,12 H16.2", 2f) }
    val Alert = icon("alert") {
        stroke("M12,3.5 A8.5,8.5 0 1 1 12,20.5 A8.5,8.5 0 1 1 12,3.5 M12,7.6 V12.8")
        fill("M12,15.1 A1.15,1.15 0 1 1 12,17.4 A1.15,1.15 0 1 1 12,15.1 Z")
    }
    val Compose = icon("compose") {
        stroke("M4.5,19.5 L5.3,15.8 L15.8,5.3 A2,2 0 0 1 18.7,8.2 L8.2,18.7 Z M14,7.1 L16.9,10")
    }
    val Down = icon("down") { stroke("M6,9.5 L12,15.5 L18,9.5", 2.2f) }
    val Up = icon("up") { stroke("M7,14 L12,9 L17,14") }
    val Copy = icon("copy") {
        stroke(
            "M9.5,8 H17.5 A1.5,1.5 0 0 1 19,9.5 V18.5 A1.5,1.5 0 0 1 17.5,20 H9.5 A1.5,1.5 0 0 1" +
                " 8,18.5 V9.5 A1.5,1.5 0 0 1 9.5,8 M5,15 V5.5 A1.5,1.5 0 0 1 6.5,4 H15",
        )
    }
    val Delete = icon("delete") {
        stroke(
            "M4.5,6.5 H19.5 M9,6.5 V4.5 H15 V6.5 M6.5,6.5 L7.3,19.5 H16.7 L17.5,6.5 M10.2,10.5 V16" +
                " M13.8,10.5 V16",
        )
    }
    val Retry = icon("retry") { stroke("M19,12 A7,7 0 1 1 16.6,6.7 M17.5,3.5 V7.4 H13.6") }
    val Eye = icon("eye") {
        stroke(
            "M2.5,12 C5,7.3 8.2,5.5 12,5.5 C15.8,5.5 19,7.3 21.5,12 C19,16.7 15.8,18.5 12,18.5" +
                " C8.2,18.5 5,16.7 2.5,12 Z M12,9 A3,3 0 1 1 12,15 A3,3 0 1 1 12,9",
        )
    }
    val EyeOff = icon("eye-off") {
        stroke(
            "M4,4 L20,20 M6.6,7.4 C5,8.5 3.6,10 2.5,12 C5,16.7 8.2,18.5 12,18.5 C13.8,18.5 15.4,18.1" +
                " 16.9,17.3 M10,5.7 C10.6,5.6 11.3,5.5 12,5.5 C15.8,5.5 19,7.3 21.5,12 C20.9,13.2" +
                " 20.2,14.2 19.4,15",
        )
    }
    val Bookmark = icon("bookmark") { stroke("M7,4 H17 A1,1 0 0 1 18,5 V20 L12,15.6 L6,20 V5 A1,1 0 0 1 7,4 Z") }
    val Offline = icon("offline") {
        stroke(
            "M4,4 L20,20 M7.6,9 A4.3,4.3 0 0 0 7.4,17.8 H17.6 M10.2,6.7 A5.3,5.3 0 0 1 17.1,11" +
                " A3.5,3.5 0 0 1 20,16.6",
        )
    }
    val AddPerson = icon("add-person") {
        stroke(
            "M10,4.5 A3.6,3.6 0 1 1 10,11.7 A3.6,3.6 0 1 1 10,4.5 M3.2,19.5 C3.5,16 6.2,14.2 10,14.2" +
                " C13.8,14.2 16.5,16 16.8,19.5 M18.5,7 V13 M15.5,10 H21.5",
        )
    }
    val Scan = icon("scan") {
        stroke("M4,8.5 V4 H8.5 M15.5,4 H20 V8.5 M20,15.5 V20 H15.5 M8.5,20 H4 V15.5 M3.5,12 H20.5")
    }
    val Code = icon("code") {
        stroke("M4.5,4.5 H10 V10 H4.5 Z M14,4.5 H19.5 V10 H14 Z M4.5,14 H10 V19.5 H4.5 Z")
        fill("M13.6,13.6 H16 V16 H13.6 Z M17.8,13.6 H20 V16 H17.8 Z M15.7,16.4 H18 V18.4 H15.7 Z M13.6,18 H15.6 V20 H13.6 Z")
        fill("M18,18.2 H20 V20 H18 Z M6.4,6.4 H8.1 V8.1 H6.4 Z M15.9,6.4 H17.6 V8.1 H15.9 Z M6.4,15.9 H8.1 V17.6 H6.4 Z")
    }
    val Link = icon("link") {
        stroke(
            "M10,14 L14,10 M8.3,11.7 L6,14 A3.2,3.2 0 0 0 10,18 L12.3,15.7 M15.7,12.3 L18,10 A3.2,3.2 0 0 0 14,6" +
                " L11.7,8.3",
        )
    }
    val Expand = icon("expand") { stroke("M7,10 L12,15 L17,10") }
    val History = icon("history") { stroke("M5,12 A7,7 0 1 0 7.4,6.7 M6.5,3.5 V7.4 H10.4 M12,8.2 V12.3 L14.8,14") }
    val Muted = icon("muted") {
        stroke("M4,4 L20,20 M9.5,19.5 A2.6,2.6 0 0 0 14.5,19.5 M6.5,9.5 V12.5 L5,16.5 H16.5 M8.6,5.6 A5.5,5.5 0 0 1 17.5,9.5 V13")
    }
    val People = icon("people") {
        stroke(
            "M9.2,4.5 A3.6,3.6 0 1 1 9.2,11.7 A3.6,3.6 0 1 1 9.2,4.5 M2.8,19.5 C2.8,16.2 5.6,14.4 9.2,14.4" +
                " C12.8,14.4 15.6,16.2 15.6,19.5 M15.6,5 A3.3,3.3 0 0 1 15.6,11.3 M17.6,14.8" +
                " C19.8,15.4 21.2,17.1 21.2,19.5",
        )
    }
    val Info = icon("info") {
        stroke("M12,3.5 A8.5,8.5 0 1 1 12,20.5 A8.5,8.5 0 1 1 12,3.5 M12,11.2 V16.4")
        fill("M12,6.8 A1.15,1.15 0 1 1 12,9.1 A1.15,1.15 0 1 1 12,6.8 Z")
    }
}

private fun icon(
    name: String,
    mirrored: Boolean = false,
    width: Float = 24f,
    draw: ImageVector.Builder.() -> Unit,
): ImageVector = ImageVector.Builder(name, width.dp, 24.dp, width, 24f, autoMirror = mirrored).apply(draw).build()

private fun ImageVector.Builder.stroke(path: String, width: Float = 1.8f) {
    addPath(
        addPathNodes(path),
        stroke = SolidColor(Color.Black),
        strokeLineWidth = width,
        strokeLineCap = StrokeCap.Round,
        strokeLineJoin = StrokeJoin.Round,
    )
}

private fun ImageVector.Builder.fill(path: String) {
    addPath(addPathNodes(path), fill = SolidColor(Color.Black))
}
