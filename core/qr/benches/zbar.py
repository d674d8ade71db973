"""zbar's library on frames of grey levels: for each `.luma` file of a folder the microseconds that its search takes,
reading the file not counted, and the first text it finds. Only QR codes are looked for, as we do."""

import ctypes
import pathlib
import sys
import time

QRCODE = 64
ENABLE = 0
Y800 = int.from_bytes(b"Y800", "little")


def main():
    folder, width, height = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    zbar = ctypes.CDLL("libzbar.so.0")
    for name in ("image_scanner_create", "image_create", "image_first_symbol"):
        getattr(zbar, f"zbar_{name}").restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    zbar.zbar_image_scanner_set_config(scanner, 0, ENABLE, 0)
    zbar.zbar_image_scanner_set_config(scanner, QRCODE, ENABLE, 1)
    for path in sorted(folder.glob("*.luma")):
        pixels = path.read_bytes()
        begin = time.perf_counter()
        image = ctypes.c_void_p(zbar.zbar_image_create())
        zbar.zbar_image_set_format(image, ctypes.c_ulong(Y800))
        zbar.zbar_image_set_size(image, width, height)
        zbar.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
        zbar.zbar_scan_image(scanner, image)
        symbol = zbar.zbar_image_first_symbol(image)
        took = time.perf_counter() - begin
        text = zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode() if symbol else ""
        zbar.zbar_image_destroy(image)
        print(f"{took * 1e6:.0f}\t{text}")


main()
