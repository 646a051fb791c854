import { expect, test } from 'vitest';
import { contrastWarnings } from './contrasts.ts';

test('says which colours cannot be read on each other, in each mode', () => {
  expect(
    contrastWarnings({
      primaryColor: '#ffff00',
      colors: { buttonPrimaryText: '#ffffff', headingText: '#777777', bodyText: '#111111', link: '#12' },
      darkMode: { colors: { headingText: '#222222' } },
    }),
  ).toEqual([
    'Headings on the box: contrast 4.48, should be 4.5 or more.',
    'The text on primary buttons: contrast 1.07, should be 4.5 or more.',
    'Dark mode: Headings on the box: contrast 1.06, should be 4.5 or more.',
  ]);
});

test('says nothing of a theme that sets nothing', () => {
  expect(contrastWarnings({ name: 'Bank', darkMode: {} })).toEqual([]);
});
