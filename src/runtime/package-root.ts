/** The folder of this package: two levels up from here as well as from the built `dist/server/`. */
export const packageRoot = new URL('../../', import.meta.url);
