import { z } from 'zod';
import { manifests } from '../../methods/manifests.ts';
import { closed } from '../management/closed.ts';
import { updateTheme } from '../management/theme.ts';
import { uiLocales } from '../management/values.ts';
import { shownPage } from '../pages/challenge.ts';
import { page } from '../route.ts';
import { portalRoute } from './portal-route.ts';

/** What pages can begin with: proving by each method, and everything else. */
const previewStates = [
  'ENROLMENT',
  ...manifests.flatMap(({ verificationMethod, isOffered }) => (isOffered === true ? [verificationMethod] : [])),
  'SETTINGS',
  'DONE',
  'REVIEW',
  'FAILED',
  'BLOCKED',
  'CANNOT_CONFIRM',
  'EXPIRED',
] as const;
export type PreviewState = (typeof previewStates)[number];

export const previewPage = portalRoute({
  id: 'previewPage',
  method: 'POST',
  path: '/page-preview',
  title: 'Preview a page',
  description:
    'Draws a page as users would see it with changes of the theme that are not saved: with an invented user, and without its script. Nothing is stored. The page template is the stored one.',
  group: 'portal-configuration',
  params: z.object({}),
  body: closed({
    state: z
      .enum(previewStates as unknown as [PreviewState, ...PreviewState[]])
      .describe('What the page shows: proving by a method, or another screen that pages begin with.'),
    locale: z.enum(uiLocales).nullish().describe('Language of the page. Absent: English.'),
    theme: updateTheme.body.describe('Changes of the theme, as for changing it.'),
  }),
  reply: page('app', shownPage),
  example: { request: { body: { state: 'EMAIL_OTP', locale: 'de', theme: { primaryColor: '#121282' } } } },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});
