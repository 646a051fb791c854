import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contrast, readableOn, textOn } from './colors.ts';
import { themeCss } from './theme-css.ts';

const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('the CSS of a theme', () => {
  test('is empty if nothing is set', () => {
    expect(themeCss({ name: 'Bank', darkMode: {} })).toBe('');
  });

  test('sets the variables that themes in the field rely on (client-api 7.7), for light and for dark', () => {
    const css = themeCss({
      name: 'Bank',
      colors: {
        containerBackground: '#fffaf0',
        cardBorder: '#123',
        hover: '#eee',
        headingText: '#111',
        focus: '#00f',
        icon: '#0a0',
      },
      borders: { buttonBorderRadius: 4, containerBorderRadius: 0 },
      pageBackground: { backgroundColor: '#abcdef', backgroundImageUrl: 'https://cdn.example/a.png' },
      container: {
        padding: 10,
        paddingHorizontal: 20,
        contentAlignment: 'left',
        logoAlignment: 'right',
        logoHeight: 99,
      },
      typography: { display: { faces: [{ url: 'https://cdn.example/f.woff2', weight: '100 900' }], sizeAdjust: 90 } },
      links: { underline: true },
      shadows: { enabled: false },
      darkMode: { colors: { containerBackground: '#000000' } },
    });
    for (const rule of [
      '--page-background-color:#abcdef;',
      '--page-background-image:url("https://cdn.example/a.png");',
      '--container-background-color:#fffaf0;',
      '--card-border-color:#123;',
      '--hover-color:#eee;',
      '--heading-text-color:#111;',
      '--focus-color:#00f;',
      '--icon-color:#0a0;',
      '--button-border-radius:4px;',
      '--container-padding-x:20px;',
      '--container-padding-y:10px;',
      '--content-alignment:left;',
      '--logo-justify:end;',
      '--logo-height:99px;',
      '@font-face{font-family:"tenant-display";src:url("https://cdn.example/f.woff2");font-weight:100 900;size-adjust:90%;',
      '--font-display:"tenant-display",',
      '--link-decoration:underline;',
      '--container-shadow:none;',
      '@media (prefers-color-scheme:dark){:root{',
      '--container-background-color:#000000;',
    ]) {
      expect(css).toContain(rule);
    }
  });

  test('cannot be ended by a URL', () => {
    const url = 'https://cdn.example/a");}</style><script>alert(1)</script>\\';
    const css = themeCss({ name: 'Bank', pageBackground: { backgroundImageUrl: url }, darkMode: {} });
    expect(css).not.toMatch(/<|\\|"\)[^;]/);
  });
});

describe('colours', () => {
  test('black and white have the greatest contrast (WCAG 2.2, contrast ratio)', () => {
    expect(contrast('#000', '#fff')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test('any primary colour is made legible as a link, and has legible text on it', () => {
    fc.assert(
      fc.property(hex, hex, (background, color) => {
        expect(contrast(readableOn(background, color), background)).toBeGreaterThanOrEqual(4.2);
        expect(contrast(textOn(background), background)).toBeGreaterThanOrEqual(4.2);
      }),
    );
  });
});
