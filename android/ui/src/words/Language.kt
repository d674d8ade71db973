package org.linnet.ui.words

import java.util.Locale

/**
 * What servers and their announcements are told of a language: a tag of BCP 47 with region and script, but without
 * extensions, for how the user counts and sorts is nobody's business. English where the device has none.
 */
val Locale.tag: String
    get() = if (language.isEmpty()) "en" else stripExtensions().toLanguageTag()
