// What a real shop keeps in its database. Here it is lost when the shop closes.
import { createHash, randomBytes, randomUUID } from 'node:crypto';

export function createStore() {
  const accounts = new Map();
  const withdrawals = new Map();
  return {
    /** Unfinished sign-ins and sessions, by a secret that only the browser has. */
    signIns: secretMap(15 * 60_000),
    sessions: secretMap(8 * 60 * 60_000),

    /** Any address that is entered gets an account, but signing in needs a proof. */
    accountOf(email) {
      const account = accounts.get(email) ?? { userId: randomUUID(), email, balanceCents: 124_000 };
      accounts.set(email, account);
      return account;
    },

    addWithdrawal(userId, cents) {
      const withdrawal = { id: randomUUID(), userId, cents, isPaid: false };
      withdrawals.set(withdrawal.id, withdrawal);
      return withdrawal;
    },
    /** Only the person's own withdrawals; another person's is treated as missing. */
    withdrawalOf(userId, id) {
      const withdrawal = withdrawals.get(id);
      return withdrawal?.userId === userId ? withdrawal : undefined;
    },
    paymentsTo: (userId) => [...withdrawals.values()].filter((one) => one.userId === userId && one.isPaid).reverse(),
    /**
     * Pays exactly once, also when called several times at once, and never more than the balance. In SQL this is one
     * transaction of two conditional updates: `… SET is_paid = true WHERE id = $1 AND NOT is_paid` and `… SET balance =
     * balance - $2 WHERE user_id = $3 AND balance >= $2`.
     */
    pay(account, withdrawal) {
      if (!withdrawal.isPaid && account.balanceCents >= withdrawal.cents) {
        withdrawal.isPaid = true;
        account.balanceCents -= withdrawal.cents;
      }
      return withdrawal.isPaid;
    },
  };
}

/** Entries that expire. Only the digest of their secret is stored, so reading the store does not let anyone sign in. */
function secretMap(lifetimeMs) {
  const entries = new Map();
  const digest = (secret) => createHash('sha256').update(secret).digest('base64url');
  const isOver = ({ endsMs }) => endsMs <= Date.now();
  return {
    add(value) {
      for (const [key, entry] of entries) {
        if (!isOver(entry)) break;
        entries.delete(key);
      }
      const secret = randomBytes(32).toString('base64url');
      entries.set(digest(secret), { value, endsMs: Date.now() + lifetimeMs });
      return secret;
    },
    get(secret = '') {
      const entry = entries.get(digest(secret));
      return entry === undefined || isOver(entry) ? undefined : entry.value;
    },
    /** Returns the value and removes it. */
    take(secret) {
      const value = this.get(secret);
      entries.delete(digest(secret ?? ''));
      return value;
    },
  };
}
