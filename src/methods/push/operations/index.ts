import { addPushCredential } from './add-push-credential.ts';
import { answerPush } from './answer-push.ts';
import { findPushCredential } from './find-push-credential.ts';
import { getPendingPush } from './get-pending-push.ts';
import { removePushCredential } from './remove-push-credential.ts';
import { startPushChallenge } from './start-push-challenge.ts';
import { startPushPoll } from './start-push-poll.ts';
import { startPushUpdate } from './start-push-update.ts';
import { updatePushCredential } from './update-push-credential.ts';
import { verifyPush } from './verify-push.ts';

export const operations = [
  findPushCredential,
  addPushCredential,
  removePushCredential,
  startPushChallenge,
  verifyPush,
  startPushPoll,
  getPendingPush,
  answerPush,
  startPushUpdate,
  updatePushCredential,
];
