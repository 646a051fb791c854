/** A QR code as a drawing: sharp at any size, and no file of its own. */
export interface QrPicture {
  /** The path of the dark modules, and their number on each side. */
  readonly path: string;
  readonly size: number;
}

/** Loads what encodes codes only when one is shown. */
export async function drawQrCode(text: string): Promise<QrPicture> {
  const { encode } = await import('uqr');
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return { path, size };
}
