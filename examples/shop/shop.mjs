// The shop's backend: sign in by redirect, withdraw with a step-up in a popup, security settings. Sallyport asks people
// for proofs. This code decides what to do with the result, using only what `validateChallenge` returns.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Authsignal } from '@authsignal/node';
import { parse as parseCookies } from 'cookie';
import express from 'express';
import { createStore } from './store.mjs';
import { createViews, euros } from './views.mjs';

// The browser SDK comes from this origin, not from a CDN.
const sdkFolder = fileURLToPath(new URL('.', import.meta.resolve('@authsignal/browser')));
const publicFolder = fileURLToPath(new URL('public', import.meta.url));

/** A person who has just used a passkey does not have to use it again to change how they sign in. */
const freshMs = 5 * 60_000;

/**
 * Returns the request handler.
 * @param origin where browsers find the shop, such as https://shop.example.com
 * @param apiUrl Sallyport's API, ending in /v1
 * @param inboxUrl where Sallyport shows, in development, the mail that it does not send
 */
export function createShop({ origin, apiUrl, secretKey, tenantId, inboxUrl }) {
  const authsignal = new Authsignal({ apiUrl, apiSecretKey: secretKey });
  const store = createStore();
  const views = createViews({ tenantId, apiUrl, inboxUrl });
  const pagesOrigin = new URL(apiUrl).origin;
  const isSecure = origin.startsWith('https:');
  // With this prefix, browsers accept these cookies only from this exact host, and only over TLS.
  const cookieName = (name) => (isSecure ? `__Host-${name}` : name);
  const sessionCookie = cookieName('shop-session');
  const signInCookie = cookieName('shop-sign-in');
  // Scripts cannot read them. "lax", because people come back from the pages through a link on another site.
  const cookieOptions = { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' };

  const app = express();
  app.disable('x-powered-by');
  // If you run a proxy, let request.ip be the person's address: app.set('trust proxy', '10.0.0.0/8');

  app.use((request, response, next) => {
    response.set({
      'content-security-policy': [
        "default-src 'none'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'",
        // The SDK's popup adds its own style element.
        "style-src 'self' 'unsafe-inline'",
        // The popup is a frame with Sallyport's page; forms here redirect to it.
        `frame-src ${pagesOrigin}; form-action 'self' ${pagesOrigin}; frame-ancestors 'none'`,
      ].join('; '),
      'x-content-type-options': 'nosniff',
      // The page in the popup learns this origin, and nothing more.
      'referrer-policy': 'strict-origin',
    });
    next();
  });
  app.get('/authsignal.js', (_request, response) => response.sendFile('index.min.js', { root: sdkFolder }));
  app.use(express.static(publicFolder, { index: false }));

  app.use((request, response, next) => {
    response.set('cache-control', 'no-store');
    // Browsers send the origin with every POST. Requests from another site, even from another port of this host, are
    // refused.
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.get('origin') !== origin) {
      throw new Problem(403, 'This request came from another site, so nothing was done.');
    }
    request.cookies = parseCookies(request.get('cookie') ?? '');
    request.session = store.sessions.get(request.cookies[sessionCookie]);
    next();
  });
  app.use(express.urlencoded({ extended: false, limit: '10kb' }), express.json({ limit: '10kb' }));

  app.get('/', (request, response) => {
    const { session } = request;
    if (session === undefined) {
      response.send(views.signIn({ hasFailed: request.query.failed !== undefined }));
      return;
    }
    const { userId } = session.account;
    // Look up what has been paid: anyone can write anything into a URL.
    const paidNow = store.withdrawalOf(userId, request.query.paid);
    response.send(views.seller({ ...session, paidNow, payments: store.paymentsTo(userId) }));
  });

  // Sign in: send the person to Sallyport's pages …
  app.post('/sign-in', async (request, response) => {
    const email = String(request.body?.email ?? '')
      .trim()
      .toLowerCase();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254) {
      throw new Problem(400, 'Enter an e-mail address, such as name@example.com.');
    }
    const account = store.accountOf(email);
    const { isEnrolled } = await authsignal.getUser({ userId: account.userId });
    const action = isEnrolled ? 'signIn' : 'signUp';
    const idempotencyKey = randomUUID();
    const { url } = await authsignal.track({
      userId: account.userId,
      action,
      attributes: { ...whoAsks(request), idempotencyKey, email, redirectUrl: `${origin}/signed-in` },
    });
    // Only the browser that started the sign-in may finish it. Otherwise an attacker could send a link that signs
    // people in to the attacker's account.
    response.cookie(signInCookie, store.signIns.add({ account, action, idempotencyKey }), cookieOptions);
    response.redirect(303, url);
  });

  // … and let them come back with a token, which proves nothing until it is validated.
  app.get('/signed-in', async (request, response) => {
    const signIn = store.signIns.take(request.cookies[signInCookie]);
    response.clearCookie(signInCookie, cookieOptions);
    const method = signIn && (await provenMethod(request.query.token, { ...signIn, userId: signIn.account.userId }));
    // However signUp is configured, an account begins with a proof of its address.
    if (method === undefined || (signIn.action === 'signUp' && method !== 'EMAIL_OTP')) {
      response.redirect(303, '/?failed');
      return;
    }
    store.sessions.take(request.cookies[sessionCookie]);
    const session = { account: signIn.account, method, provedMs: Date.now() };
    response.cookie(sessionCookie, store.sessions.add(session), cookieOptions);
    // Redirect to a URL without the token.
    response.redirect(303, '/');
  });

  app.post('/sign-out', (request, response) => {
    store.sessions.take(request.cookies[sessionCookie]);
    response.clearCookie(sessionCookie, cookieOptions);
    response.redirect(303, '/');
  });

  // Withdraw: first store the request and track it under its own id …
  app.post('/withdrawals', signedIn, async (request, response) => {
    const { account } = request.session;
    const cents = toCents(request.body?.amount);
    if (cents === undefined) throw new Problem(400, 'Enter an amount, such as 25 or 25.50.');
    if (cents > account.balanceCents) throw new Problem(400, `You have ${euros(account.balanceCents)} to withdraw.`);
    const withdrawal = store.addWithdrawal(account.userId, cents);
    const { state, url } = await authsignal.track({
      userId: account.userId,
      action: 'withdraw',
      attributes: {
        ...whoAsks(request),
        idempotencyKey: withdrawal.id,
        // `amount` is for rules, `summary` for the person who confirms it.
        custom: { amount: cents / 100, summary: `${euros(cents)} to your account ending in 4821` },
      },
    });
    switch (state) {
      case 'CHALLENGE_REQUIRED':
        response.json({ id: withdrawal.id, url });
        return;
      case 'ALLOW':
        // A rule of yours allows small sums. The caller is signed in.
        response.json({ id: withdrawal.id, isPaid: store.pay(account, withdrawal) });
        return;
      default:
        // BLOCK, REVIEW_REQUIRED, and states added later: never treat an unknown state as permission.
        throw new Problem(403, 'This withdrawal cannot be made now. Please write to us.');
    }
  });

  // … then pay it if this very withdrawal was confirmed. The amount is the stored one, not one sent now.
  app.post('/withdrawals/:id/confirm', signedIn, async (request, response) => {
    const { account } = request.session;
    const withdrawal = store.withdrawalOf(account.userId, request.params.id);
    if (withdrawal === undefined) throw new Problem(404, 'There is no such withdrawal.');
    const wanted = { userId: account.userId, action: 'withdraw', idempotencyKey: withdrawal.id };
    if ((await provenMethod(request.body?.token, wanted)) === undefined) {
      throw new Problem(403, 'You have not confirmed it, so no money has left.');
    }
    if (!store.pay(account, withdrawal)) throw new Problem(409, 'Your balance is too low for this withdrawal by now.');
    response.json({ id: withdrawal.id, isPaid: true });
  });

  // The page where people see and change how they sign in.
  app.post('/security', signedIn, async (request, response) => {
    const { account, method, provedMs } = request.session;
    const isFresh = method === 'PASSKEY' && Date.now() - provedMs < freshMs;
    const { url } = await authsignal.track({
      userId: account.userId,
      action: 'manageSecurity',
      attributes: {
        ...whoAsks(request),
        redirectToSettings: true,
        redirectUrl: `${origin}/back`,
        // These scopes open the settings at once. Without them the person has to prove their identity first: a session
        // cookie alone may be stolen, so it must not be enough to add a passkey.
        ...(isFresh && { scope: 'read:authenticators add:authenticators update:authenticators remove:authenticators' }),
      },
    });
    response.redirect(303, url);
  });
  // It does not matter how they come back; this only removes the token from the URL.
  app.get('/back', (_request, response) => response.redirect(303, '/'));

  app.use(() => {
    throw new Problem(404, 'There is no such page.');
  });
  app.use((error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const isUnreadable = error.status >= 400 && error.status < 500;
    const { status, message } =
      error instanceof Problem
        ? error
        : isUnreadable
          ? { status: error.status, message: 'That request could not be read.' }
          : { status: 503, message: 'That did not work. Please try again soon.' };
    // Log only the message: the error of a request may contain the secret key that was sent with it.
    if (status === 503) console.error(error.message);
    response.status(status);
    if (request.is('application/json')) response.json({ message });
    else response.send(views.problem({ message }));
  });
  return app;

  /**
   * The method by which the person proved their identity, for this user, this action and this occurrence of it;
   * undefined if they did not. Also undefined for ALLOW, which means that no proof was required.
   */
  async function provenMethod(token, { userId, action, idempotencyKey }) {
    if (typeof token !== 'string' || token === '') return undefined;
    const validation = await authsignal.validateChallenge({ token, userId, action });
    const isProven = validation.isValid && validation.state === 'CHALLENGE_SUCCEEDED';
    return isProven && validation.idempotencyKey === idempotencyKey ? validation.verificationMethod : undefined;
  }
}

/** What rules use to tell people and devices apart. */
function whoAsks(request) {
  // Set by the browser SDK. It proves nothing, because anyone can write anything into it.
  const deviceId = request.cookies.__as_aid;
  return {
    ipAddress: request.ip,
    userAgent: request.get('user-agent'),
    ...(/^[\w-]{1,64}$/.test(deviceId ?? '') && { deviceId }),
  };
}

function signedIn(request, _response, next) {
  if (request.session === undefined) throw new Problem(401, 'Please sign in first.');
  next();
}

/** Whole cents, so that sums are exact; undefined if it is not a positive amount of money. */
function toCents(amount) {
  const parts = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(String(amount ?? '').trim());
  if (parts === null) return undefined;
  const cents = Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
  return cents === 0 ? undefined : cents;
}

/** A refusal whose message is meant for the person. */
class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
