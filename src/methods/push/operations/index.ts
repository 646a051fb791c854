import { addPushCredential } from './add-push-credential.ts';
import { findPushCredential } from './find-push-credential.ts';
import { removePushCredential } from './remove-push-credential.ts';

export const operations = [findPushCredential, addPushCredential, removePushCredential];
