/** The languages of pages and mails. */

export const pageLocales = ['en', 'fr', 'fr-ca', 'de', 'es', 'it', 'nl', 'pl', 'pt-br'] as const;
export type PageLocale = (typeof pageLocales)[number];

/**
 * The first requested language that is available, otherwise English. Requests are language tags (RFC 5646), such as
 * `fr-CA`, or whole Accept-Language headers (RFC 9110 §12.5.4). A region that is not available falls back to its
 * language, and Portuguese is Brazilian.
 */
export function choosePageLocale(wishes: readonly (string | null | undefined)[]): PageLocale {
  for (const wish of wishes.flatMap((text) => readTags(text ?? ''))) {
    const [language = ''] = wish.split('-');
    const exact = pageLocales.find((locale) => locale === wish);
    const near = exact ?? pageLocales.find((locale) => locale === language || locale.startsWith(`${language}-`));
    if (near !== undefined) return near;
  }
  return 'en';
}

// The first languages of a longer list are enough.
const tagsMax = 20;

function readTags(text: string): readonly string[] {
  return text
    .slice(0, 500)
    .split(',')
    .slice(0, tagsMax)
    .map((part, at) => {
      const [tag = '', quality = 'q=1'] = part.trim().split(/\s*;\s*/);
      const weight = Number(/^q=([01](?:\.\d{0,3})?)$/.exec(quality)?.[1] ?? 0);
      return { tag: tag.toLowerCase().replaceAll('_', '-'), weight, at };
    })
    .filter(({ tag, weight }) => /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/.test(tag) && weight > 0)
    .sort((left, right) => right.weight - left.weight || left.at - right.at)
    .map(({ tag }) => tag);
}
