/** A text that contains a count, by the plurals of a language (CLDR); `other` is in each. */
export type CountedText = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/**
 * What a file of `en/portal/` has to have in another language: a missing sentence does not compile. The plurals are
 * those of the language.
 */
export type PortalTexts<English> = English extends string
  ? string
  : keyof English extends Intl.LDMLPluralRule
    ? CountedText
    : { readonly [Id in keyof English]: PortalTexts<English[Id]> };
