/**
 * Cuba, Iran, North Korea and Syria as ISO 3166-1 alpha-2: the countries that comprehensive sanctions of the United
 * States covered when the list was drawn up. A default only. Such programmes come and go (Syria's was wound down in
 * 2025), and the operator answers for the list that is configured.
 */
export const defaultSanctionedCountries: readonly string[] = ['CU', 'IR', 'KP', 'SY'];
