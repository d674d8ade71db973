package org.linnet.ui

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.linnet.core.OpenException
import org.linnet.ui.theme.EmptyPlace
import org.linnet.ui.theme.LinnetBird
import org.linnet.ui.theme.Question
import org.linnet.ui.words.strings

/** Opening the database takes a moment, and can fail. */
sealed interface Opening {
    data object Working : Opening
    data class Ready(val core: Core) : Opening
    data class Failed(val cause: OpenException) : Opening
}

/** Why there is nothing to show yet, and what can be done about it. Nothing is deleted without being asked twice. */
@Composable
fun OpenFailedScreen(cause: OpenException, onRetry: () -> Unit, onStartAfresh: () -> Unit) {
    var asking by remember { mutableStateOf(false) }
    val lost = cause is OpenException.KeyOrFile
    val (title, text) = when (cause) {
        is OpenException.KeyOrFile -> strings.openKeyOrFileTitle to strings.openKeyOrFileText
        is OpenException.NewerSchema -> strings.openNewerSchemaTitle to strings.openNewerSchemaText
        is OpenException.DiskFull -> strings.openDiskFullTitle to strings.openDiskFullText
        is OpenException.Other -> strings.storageTitle to strings.storageText
    }
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
        Box(Modifier.safeDrawingPadding(), contentAlignment = Alignment.Center) {
            Column(horizontalAlignment = Alignment.CenterHorizontally) {
                EmptyPlace(title, text) { LinnetBird(Modifier.size(96.dp)) }
                if (cause !is OpenException.NewerSchema) {
                    Button(onRetry, shape = MaterialTheme.shapes.medium) { Text(strings.storageRetry) }
                }
                if (lost) {
                    TextButton({ asking = true }, Modifier.padding(top = 8.dp)) {
                        Text(strings.openStartAfresh, color = MaterialTheme.colorScheme.error)
                    }
                }
            }
        }
    }
    if (asking) {
        Question(
            strings.openStartAfreshQuestion,
            strings.openKeyOrFileText,
            strings.openStartAfresh,
            onConfirm = onStartAfresh,
            onCancel = { asking = false },
        )
    }
}
