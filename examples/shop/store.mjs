// What a real shop keeps in its database. Here it is gone when the shop closes.
import { createHash, randomBytes, randomUUID } from 'node:crypto';

export function createStore() {
  const accounts = new Map();
  const withdrawals = new Map();
  return {
    /** Sign-ins under way and sessions, by a secret that only the browser has. */
    signIns: secretMap(15 * 60_000),
    sessions: secretMap(8 * 60 * 60_000),

    /** An address that somebody typed in has an account; nobody gets into it without a proof. */
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
    /** Only the person's own: another's is as good as none. */
    withdrawalOf(userId, id) {
      const withdrawal = withdrawals.get(id);
      return withdrawal?.userId === userId ? withdrawal : undefined;
    },
    paymentsTo: (userId) => [...withdrawals.values()].filter((one) => one.userId === userId && one.isPaid).reverse(),
    /**
     * Pays once, however often and from wherever it is called at the same moment, and never more than there is. In SQL that
     * is one transaction of two conditional updates: `… SET is_paid = true WHERE id = $1 AND NOT is_paid` and
     * `… SET balance = balance - $2 WHERE user_id = $3 AND balance >= $2`.
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

/** Entries that end by themselves. Only the digest of their secret is kept: who reads the store cannot sign in with it. */
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
    /** Gives it away, once. */
    take(secret) {
      const value = this.get(secret);
      entries.delete(digest(secret ?? ''));
      return value;
    },
  };
}
