import { confirmMagicLink } from './confirm-magic-link.ts';
import { denyMagicLink } from './deny-magic-link.ts';
import { finalizeEmailMagicLink } from './finalize-email-magic-link.ts';
import { showMagicLink } from './show-magic-link.ts';
import { startEmailMagicLinkChallenge } from './start-email-magic-link-challenge.ts';
import { startEmailMagicLinkEnrolment } from './start-email-magic-link-enrolment.ts';

export const operations = [
  startEmailMagicLinkEnrolment,
  startEmailMagicLinkChallenge,
  finalizeEmailMagicLink,
  showMagicLink,
  confirmMagicLink,
  denyMagicLink,
];
