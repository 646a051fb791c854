/** Colours of a theme: their brightness, and which text is legible on them (WCAG 2.2, relative luminance). */

/** Red, green and blue, 0 to 255. A transparent colour counts as opaque: what is behind it is unknown. */
function channels(hex: string): readonly [number, number, number] {
  const digits = hex.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const channel = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return [channel(0), channel(2), channel(4)];
}

function luminance(hex: string): number {
  const [red, green, blue] = channels(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast between two colours: 1 to 21. */
export function contrast(left: string, right: string): number {
  const [darker = 0, brighter = 0] = [luminance(left), luminance(right)].sort((one, other) => one - other);
  return (brighter + 0.05) / (darker + 0.05);
}

/** Black or white, whichever is more legible on a background. */
export function textOn(background: string): string {
  return contrast('#ffffff', background) >= contrast('#14171c', background) ? '#ffffff' : '#14171c';
}

/** The colour itself, or a mixture with black or white that is legible as text on the background (4.5:1). */
export function readableOn(background: string, color: string): string {
  const target = channels(textOn(background));
  for (let share = 0; share <= 1; share += 0.1) {
    const mixed = `#${channels(color)
      .map((value, at) =>
        Math.round(value + ((target[at] ?? 0) - value) * share)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
    if (contrast(mixed, background) >= 4.5) return mixed;
  }
  return textOn(background);
}
