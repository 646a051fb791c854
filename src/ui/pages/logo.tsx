import type { UiSession } from '../../contract/client/ui-session.ts';

type Theme = UiSession['tenant']['theme'];

/** The tenant's logo where the theme puts it, in its dark form if there is one; without a logo, the tenant's name. */
export function Logo({ theme, position }: { readonly theme: Theme; readonly position: 'inside' | 'outside' }) {
  const { logoUrl, darkMode, name } = theme;
  if ((theme.container?.logoPosition ?? 'inside') !== position) return null;
  if (logoUrl === undefined && darkMode.logoUrl === undefined) {
    return name === '' ? null : (
      <header class={`Logo Logo--${position} Logo--name`}>
        <bdi>{name}</bdi>
      </header>
    );
  }
  return (
    <div class={`Logo Logo--${position}`}>
      <picture>
        {darkMode.logoUrl === undefined ? null : (
          <source media="(prefers-color-scheme: dark)" srcset={darkMode.logoUrl} />
        )}
        <img src={logoUrl ?? darkMode.logoUrl} alt={name} height={theme.container?.logoHeight ?? 36} />
      </picture>
    </div>
  );
}
