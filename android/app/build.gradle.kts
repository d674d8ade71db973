// Never run by us: see the README. One module, since the shared screens are sources and not a library.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose.compiler)
}

// Written by `android/tools/build app`: the words from res, and the core's Kotlin face from the library.
val written = layout.projectDirectory.dir("../build/generated")

android {
    namespace = "org.linnet.app"
    compileSdk = libs.versions.compile.sdk.get().toInt()

    defaultConfig {
        applicationId = "org.linnet.app"
        minSdk = libs.versions.min.sdk.get().toInt()
        targetSdk = libs.versions.compile.sdk.get().toInt()
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }

    buildFeatures {
        compose = true
    }

    sourceSets {
        named("main") {
            manifest.srcFile("AndroidManifest.xml")
            res.directories.add("res")
            kotlin.directories.addAll(
                listOf("src", "../ui/src", "../../bindings/kotlin/src", "$written/android", "$written/core"),
            )
            // liblinnet.so for each ABI, put there by cargo with the NDK.
            jniLibs.directories.add("../build/jniLibs")
        }
        named("test") {
            kotlin.directories.add("test")
        }
    }

    testOptions {
        unitTests.isIncludeAndroidResources = true
    }
}

dependencies {
    implementation(libs.activity.compose)
    implementation(libs.compose.foundation)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
    implementation(libs.compose.ui.tooling.preview)
    implementation(libs.core.ktx)
    implementation(libs.coroutines.android)
    implementation(libs.lifecycle.viewmodel)
    // The aar holds JNA's own native code for the phone; the jar the one for the machine that tests.
    implementation(variantOf(libs.jna) { artifactType("aar") })
    testImplementation(libs.jna)

    testImplementation(libs.compose.ui.test.junit4)
    testImplementation(libs.junit)
    testImplementation(libs.robolectric)
}
