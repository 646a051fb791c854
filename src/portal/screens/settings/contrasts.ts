/** Colours of a theme that people could not read on each other (WCAG 2.2, 1.4.3). */
import { contrastsTexts } from '#portal-texts/branding.ts';
import { fill } from '../../kit/fill.ts';
import { contrast } from '../../../ui/kit/colors.ts';
import type { Values } from '../../kit/described-values.ts';

const enough = 4.5;
/** What the box has unless the theme says otherwise. */
const boxes = { light: '#ffffff', dark: '#1a1d23' } as const;
const color = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

const onBox = {
  headingText: contrastsTexts.headings,
  bodyText: contrastsTexts.text,
  link: contrastsTexts.links,
  critical: contrastsTexts.errors,
  positive: contrastsTexts.whatSucceeded,
  information: contrastsTexts.hints,
} as const;

/** Sentences, one for each pair of colours in one of the modes. */
export function contrastWarnings(theme: Values): readonly string[] {
  return [
    ...warningsOf(theme, 'light'),
    ...warningsOf((theme['darkMode'] ?? {}) as Values, 'dark').map((words) => fill(contrastsTexts.darkMode, { words })),
  ];
}

function warningsOf(mode: Values, scheme: keyof typeof boxes): readonly string[] {
  const colors = (mode['colors'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const box = colors['containerBackground'] ?? boxes[scheme];
  const pairs: readonly (readonly [string, string | undefined, unknown])[] = [
    ...Object.entries(onBox).map(
      ([name, words]) => [fill(contrastsTexts.onTheBox, { words }), colors[name], box] as const,
    ),
    [contrastsTexts.theTextOnPrimaryButtons, colors['buttonPrimaryText'], mode['primaryColor']],
    [
      contrastsTexts.theTextOnSecondaryButtons,
      colors['buttonSecondaryText'],
      colors['buttonSecondaryBackground'] ?? box,
    ],
  ];
  return pairs.flatMap(([words, front, back]) => {
    if (front === undefined || typeof back !== 'string' || !color.test(front) || !color.test(back)) return [];
    const found = contrast(front, back);
    return found >= enough ? [] : [fill(contrastsTexts.problem, { words, found: found.toFixed(2), enough })];
  });
}
