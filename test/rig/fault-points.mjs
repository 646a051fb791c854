/**
 * Loaded into a server before its program: lets code fail where nobody catches it. FAULT_POINT says how a database call
 * for the user `faulty` fails; SIGUSR2 is a timer that fails.
 */
import pg from 'pg';

const fail = () => {
  throw new Error('A fault made by the test.');
};

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (exchange, ...others) {
  const isFaulty = exchange?.calls?.some(({ values }) => values.includes('faulty'));
  if (isFaulty) {
    switch (process.env['FAULT_POINT']) {
      case 'rejection':
        void Promise.reject(new Error('A fault made by the test.'));
        return undefined;
      // While the answer is read: the statement was run, and what comes after it never is.
      case 'answer':
        exchange.handleReadyForQuery = fail;
    }
  }
  return query.call(this, exchange, ...others);
};

process.on('SIGUSR2', () => void setTimeout(fail, 0));
