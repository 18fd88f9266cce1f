// Calls of the service. Nothing that is sent or answered is kept here, but the session's CSRF token,
// which is of no use without the cookie that scripts cannot read.

const CSRF = 'latchkey-csrf';

/** A call that came to nothing; the message is for the reader. */
export class CallError extends Error {
  constructor(message, status = 0, retryAfter = 0) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

let sessionEnded = () => {};

/** Sets what is called when the service no longer knows the session. */
export function onSessionEnd(listener) {
  sessionEnded = listener;
}

export const hasSession = () => sessionStorage.getItem(CSRF) !== null;

export function forgetSession() {
  sessionStorage.removeItem(CSRF);
}

/** Logs in with {code} or {userId, apiKey}. */
export async function logIn(credential) {
  const answer = await json(await send('POST', '/v1/session', credential));
  sessionStorage.setItem(CSRF, answer.csrfToken);
  return answer;
}

/** Calls the service, in a session. */
export async function call(method, path, body) {
  return json(await sendInSession(method, path, body));
}

/** Calls the service, and returns the text that it answers. */
export async function callForText(path) {
  return (await sendInSession('GET', path)).text();
}

/** The path of a project's resource. */
export function path(project, ...parts) {
  return ['/v1/projects', project, ...parts]
      .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
      .join('/');
}

async function sendInSession(method, path, body) {
  const csrf = sessionStorage.getItem(CSRF) ?? '';
  try {
    return await send(method, path, body, csrf);
  } catch (e) {
    // A late answer to an old session says nothing of the one that has begun since.
    if (e.status === 401 && csrf === (sessionStorage.getItem(CSRF) ?? '')) {
      forgetSession();
      sessionEnded();
    }
    throw e;
  }
}

async function send(method, path, body, csrf) {
  const headers = {};
  if (csrf !== undefined) {
    headers['X-Latchkey-Csrf'] = csrf;
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch {
    throw new CallError(`The service at ${location.origin} does not answer. It is perhaps stopped: `
        + 'start it, and try again.');
  }
  if (!answer.ok) {
    throw await refused(answer);
  }
  return answer;
}

async function refused(answer) {
  let message;
  try {
    message = (await answer.json()).message;
  } catch {
    // Not the service's own answer.
  }
  return new CallError(
      message || `The service answered with status ${answer.status}, and without a reason.`,
      answer.status,
      Number(answer.headers.get('Retry-After')) || 0);
}

async function json(answer) {
  try {
    return await answer.json();
  } catch {
    throw new CallError('The service’s answer broke off. See whether the change is there before '
        + 'you try again.');
  }
}
