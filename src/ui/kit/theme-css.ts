/**
 * A tenant's theme as CSS: custom properties over the defaults of `styles.css`, once for light and once for dark mode.
 * The contract has checked every value before it was stored; quoted values are escaped here all the same.
 */
import type { UiSession } from '../../contract/client/ui-session.ts';
import { readableOn, textOn } from './colors.ts';

type Theme = UiSession['tenant']['theme'];
type Mode = Omit<Theme, 'name' | 'template' | 'darkMode' | 'typography' | 'links' | 'shadows'>;
type Face = { readonly url?: string | undefined; readonly weight?: number | string | undefined };

const defaultContainer = { light: '#ffffff', dark: '#1a1d23' } as const;
const defaultPrimary = { light: '#2b4c9b', dark: '#9db8ff' } as const;

/** The rules that a theme adds; '' if it sets nothing. */
export function themeCss(theme: Theme): string {
  const light = variables(theme, 'light', {});
  // Values without a colour that the dark half leaves out are taken from the light one: sizes, alignment, logo height.
  const dark = variables(theme.darkMode, 'dark', theme.borders ?? {});
  return [
    ...fontFaces(theme),
    light === '' ? '' : `:root{${light}}`,
    typography(theme),
    dark === '' ? '' : `@media (prefers-color-scheme:dark){:root{${dark}}}`,
  ].join('');
}

function variables(
  mode: Mode,
  scheme: 'light' | 'dark',
  inherited: Readonly<Record<string, number | undefined>>,
): string {
  const { colors = {}, borders = {}, pageBackground = {}, primaryColor } = mode;
  const container: NonNullable<Theme['container']> = mode.container ?? {};
  const set = new Map<string, string>();
  for (const [name, value] of Object.entries({ ...inherited, ...borders })) {
    if (value !== undefined) set.set(kebab(name), `${value}px`);
  }
  const surface = colors.containerBackground ?? defaultContainer[scheme];
  if (primaryColor !== undefined) {
    const readable = readableOn(surface, primaryColor);
    set.set('primary-color', primaryColor);
    set.set('button-primary-background-color', primaryColor);
    set.set('button-primary-border-color', primaryColor);
    set.set('button-primary-text-color', textOn(primaryColor));
    for (const name of ['link', 'icon', 'loader', 'focus']) set.set(`${name}-color`, readable);
  }
  for (const [name, value] of Object.entries(colors)) {
    if (value !== undefined) set.set(`${kebab(name)}-color`, value);
  }
  // A background without its own text colour must not be combined with the default's text colour.
  if (colors.containerBackground !== undefined) {
    if (colors.headingText === undefined) set.set('heading-text-color', textOn(surface));
    if (colors.bodyText === undefined)
      set.set('body-text-color', readableOn(surface, scheme === 'light' ? '#4a5160' : '#b4bbc8'));
    if (primaryColor === undefined && colors.link === undefined)
      set.set('link-color', readableOn(surface, defaultPrimary[scheme]));
  }
  if (pageBackground.backgroundColor !== undefined) {
    set.set('page-background-color', pageBackground.backgroundColor);
    set.set('footer-text-color', readableOn(pageBackground.backgroundColor, '#5b6270'));
  }
  if (pageBackground.backgroundImageUrl !== undefined)
    set.set('page-background-image', cssUrl(pageBackground.backgroundImageUrl));
  const { padding, paddingHorizontal = padding, paddingVertical = padding } = container;
  if (paddingHorizontal !== undefined) set.set('container-padding-x', `${paddingHorizontal}px`);
  if (paddingVertical !== undefined) set.set('container-padding-y', `${paddingVertical}px`);
  if (container.contentAlignment !== undefined) set.set('content-alignment', container.contentAlignment);
  if (container.contentAlignment !== undefined) set.set('content-justify', justify(container.contentAlignment));
  if (container.logoAlignment !== undefined) set.set('logo-justify', justify(container.logoAlignment));
  if (container.logoHeight !== undefined) set.set('logo-height', `${container.logoHeight}px`);
  return [...set].map(([name, value]) => `--${name}:${value};`).join('');
}

function typography({ typography: groups, links, shadows }: Theme): string {
  const set: string[] = [];
  for (const role of ['text', 'display', 'button'] as const) {
    const group = groups?.[role];
    if (facesOf(group).length > 0) set.push(`--font-${role}:"tenant-${role}",var(--font-system);`);
  }
  if (links?.underline !== undefined) set.push(`--link-decoration:${links.underline ? 'underline' : 'none'};`);
  if (shadows?.enabled === false) set.push('--container-shadow:none;--card-shadow:none;');
  return set.length === 0 ? '' : `:root{${set.join('')}}`;
}

function fontFaces({ typography: groups }: Theme): readonly string[] {
  return (['text', 'display', 'button'] as const).flatMap((role) => {
    const group = groups?.[role];
    const adjust = group?.sizeAdjust === undefined ? '' : `size-adjust:${group.sizeAdjust}%;`;
    return facesOf(group).map(
      ({ url, weight }) =>
        `@font-face{font-family:"tenant-${role}";src:${cssUrl(url ?? '')};${weight === undefined ? '' : `font-weight:${weight};`}${adjust}font-display:swap}`,
    );
  });
}

function facesOf(
  group: { readonly faces?: readonly Face[] | undefined; readonly fontUrl?: string | undefined } | undefined,
): readonly Face[] {
  if (group?.faces !== undefined && group.faces.length > 0) return group.faces;
  return group?.fontUrl === undefined ? [] : [{ url: group.fontUrl }];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function justify(side: 'left' | 'center' | 'right'): string {
  return side === 'center' ? 'center' : side === 'left' ? 'start' : 'end';
}

/** A URL in CSS. Nothing in it can end the string, the rule or the style element. */
function cssUrl(url: string): string {
  return `url("${url.replace(/[\u0000-\u001f"\\<>()]/g, (character) => encodeURIComponent(character))}")`;
}
