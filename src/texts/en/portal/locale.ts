/** How numbers, plurals and times are written beside these sentences. */
export const locale = 'en';
/** The day before the month and 24 hours: no reader of English confuses the two. */
export const timeLocale = 'en-GB';
