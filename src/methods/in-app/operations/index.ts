import { addInAppCredential } from './add-in-app-credential.ts';
import { findInAppCredential } from './find-in-app-credential.ts';
import { removeInAppCredential } from './remove-in-app-credential.ts';
import { verifyInApp } from './verify-in-app.ts';

export const operations = [findInAppCredential, addInAppCredential, removeInAppCredential, verifyInApp];
