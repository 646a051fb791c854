/** Light, dark, or as the system is. */
import { readStored, store } from '../kit/stored.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const system = matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const stored = readStored('theme');
  return themes.find((theme) => theme === stored) ?? 'system';
}

function applyTheme(): void {
  const theme = chosenTheme();
  const isDark = theme === 'dark' || (theme === 'system' && system.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

export function chooseTheme(theme: Theme): void {
  store('theme', theme);
  applyTheme();
}

/** From now on the page follows the system. */
export function followTheme(): void {
  applyTheme();
  system.addEventListener('change', applyTheme);
}
