// The shop's pages. Every value is escaped as text, unless `html` itself made it.

class Html extends String {}

function html(strings, ...values) {
  return new Html(String.raw({ raw: strings }, ...values.map(toHtml)));
}

function toHtml(value) {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(toHtml).join('');
  if (value === undefined || value === false) return '';
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function euros(cents) {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100);
}

const name = html`<img src="/kiln.svg" alt="" width="36" height="36" /><span>Kiln</span>`;
const methods = { PASSKEY: 'a passkey', EMAIL_OTP: 'a code by e-mail', RECOVERY_CODE: 'a recovery code' };
const sales = [
  { what: 'Stoneware bowl, ash glaze', when: 'Yesterday', cents: 6_400 },
  { what: 'Set of four espresso cups', when: 'Monday', cents: 8_800 },
  { what: 'Tall vase, unglazed', when: 'Last week', cents: 12_500 },
];

/** The tenant's id and the API's URL are public; the secret key never gets here. */
export function createViews({ tenantId, apiUrl, inboxUrl }) {
  const inboxNote =
    inboxUrl &&
    html`<p class="quiet">This is an example: its mail arrives in <a href="${inboxUrl}">this inbox</a>.</p>`;

  const page = (title, body) =>
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title} · Kiln</title>
          <link rel="icon" href="/kiln.svg" />
          <link rel="stylesheet" href="/shop.css" />
          <script src="/authsignal.js" defer></script>
          <script src="/shop.js" defer data-tenant-id="${tenantId}" data-api-url="${apiUrl}"></script>
        </head>
        <body>
          ${body}
        </body>
      </html>`.toString();

  return {
    signIn({ hasFailed }) {
      return page(
        'Sign in',
        html`<main class="door">
          <p class="name">${name}</p>
          <h1>Sell what you make</h1>
          ${hasFailed && html`<p class="notice" role="alert">You are not signed in. Please try again.</p>`}
          <form action="/sign-in" method="post">
            <label for="email">E-mail address</label>
            <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required />
            <button>Continue</button>
          </form>
          <p class="quiet">No password: we mail you a code, and next time a passkey is enough.</p>
          ${inboxNote}
        </main>`,
      );
    },

    seller({ account, method, payments, paidNow }) {
      return page(
        'Your shop',
        html`<header>
            <p class="name">${name}</p>
            <nav aria-label="Account">
              <form action="/security" method="post"><button class="plain">Security</button></form>
              <form action="/sign-out" method="post"><button class="plain">Sign out</button></form>
            </nav>
          </header>
          <main>
            ${
              paidNow?.isPaid &&
              html`<p class="notice good" role="status">${euros(paidNow.cents)} is on its way to your account.</p>`
            }
            <section class="card">
              <h1>Ready to withdraw</h1>
              <p class="sum">${euros(account.balanceCents)}</p>
              <form id="withdraw">
                <label for="amount">Amount in euros</label>
                <div class="row">
                  <input
                    id="amount"
                    name="amount"
                    inputmode="decimal"
                    autocomplete="off"
                    required
                    aria-describedby="news"
                  />
                  <button>Withdraw</button>
                </div>
                <p id="news" role="alert"></p>
                <p class="quiet">To your account ending in 4821, once you have confirmed it.</p>
                <noscript><p>Withdrawing needs JavaScript.</p></noscript>
              </form>
            </section>
            <section>
              <h2>Lately</h2>
              <ul>
                ${payments.map(({ cents }) => entry({ what: 'Withdrawal', when: 'Just now', amount: `−${euros(cents)}` }))}
                ${sales.map(({ what, when, cents }) => entry({ what, when, amount: euros(cents) }))}
              </ul>
            </section>
            <p class="quiet">You are ${account.email}, signed in with ${methods[method] ?? 'a proof'}.</p>
            ${inboxNote}
          </main>`,
      );
    },

    problem({ message }) {
      return page(
        'Not done',
        html`<main class="door">
          <p class="name">${name}</p>
          <h1>${message}</h1>
          <p><a href="/">Back to the shop</a></p>
        </main>`,
      );
    },
  };
}

function entry({ what, when, amount }) {
  return html`<li>
    <span>${what}<br /><small>${when}</small></span> <b>${amount}</b>
  </li>`;
}
