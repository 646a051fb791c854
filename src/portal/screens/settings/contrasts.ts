/** Colours of a theme that people could not read on each other (WCAG 2.2, 1.4.3). */
import { contrast } from '../../../ui/kit/colors.ts';
import type { Values } from '../../kit/described-values.ts';

const enough = 4.5;
/** What the box has unless the theme says otherwise. */
const boxes = { light: '#ffffff', dark: '#1a1d23' } as const;
const color = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

const onBox = {
  headingText: 'Headings',
  bodyText: 'Text',
  link: 'Links',
  critical: 'Errors',
  positive: 'What succeeded',
  information: 'Hints',
} as const;

/** Sentences, one for each pair of colours in one of the modes. */
export function contrastWarnings(theme: Values): readonly string[] {
  return [
    ...warningsOf(theme, 'light'),
    ...warningsOf((theme['darkMode'] ?? {}) as Values, 'dark').map((words) => `Dark mode: ${words}`),
  ];
}

function warningsOf(mode: Values, scheme: keyof typeof boxes): readonly string[] {
  const colors = (mode['colors'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const box = colors['containerBackground'] ?? boxes[scheme];
  const pairs: readonly (readonly [string, string | undefined, unknown])[] = [
    ...Object.entries(onBox).map(([name, words]) => [`${words} on the box`, colors[name], box] as const),
    ['The text on primary buttons', colors['buttonPrimaryText'], mode['primaryColor']],
    ['The text on secondary buttons', colors['buttonSecondaryText'], colors['buttonSecondaryBackground'] ?? box],
  ];
  return pairs.flatMap(([words, front, back]) => {
    if (front === undefined || typeof back !== 'string' || !color.test(front) || !color.test(back)) return [];
    const found = contrast(front, back);
    return found >= enough ? [] : [`${words}: contrast ${found.toFixed(2)}, should be ${enough} or more.`];
  });
}
