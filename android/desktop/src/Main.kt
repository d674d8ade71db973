package org.linnet.desktop
fun main() {}
