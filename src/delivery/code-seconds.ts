/** How long a code is good, in seconds: a provider that can, drops a text that it could not deliver until then. */
export const codeSeconds = 600;
