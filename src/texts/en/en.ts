import type { Texts } from '../texts.ts';

/** English. */
export const en: Texts = {
  challengePage: {
    title: 'Confirm it’s you',
    expired: {
      heading: 'This link is no longer good',
      body: 'It has expired or is incomplete. Go back to where you came from and try again.',
    },
    waiting: {
      heading: 'Confirm it’s you',
      body: (tenantName) =>
        `${tenantName} wants to be sure that it is you. The screens to confirm it will stand on this page; they are not part of this release yet.`,
    },
  },
};
