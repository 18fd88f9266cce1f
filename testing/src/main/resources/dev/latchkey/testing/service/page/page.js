// The admin page of the local secrets service: who is logged in, and which view is shown.

import { call, forgetSession, hasSession, onSessionEnd } from './api.js';
import { forgetAudit, loadAudit } from './audit.js';
import { by, close, make, tell, tellProblem } from './dom.js';
import { forgetKey, logInByCode, onLogin, showLogin, showLoginAbove, takeCode } from './login.js';
import { forgetSecrets, showProject } from './secrets.js';

const PROJECT = 'latchkey-project';
const ENDED = 'The session has ended, or another tab has begun a new one. Log in again.';
const VIEWS = ['starting', 'login', 'secrets', 'audit'];

let session = null;

function show(view) {
  for (const each of VIEWS) {
    by(each).hidden = each !== view;
  }
  const inside = session !== null;
  by('nav').hidden = !inside;
  by('session').hidden = !inside;
  for (const link of by('nav').children) {
    if (link.hash === `#${view}`) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  const heading = by(view).querySelector('h1')?.textContent;
  document.title = heading === undefined ? 'Latchkey' : `${heading} · Latchkey`;
}

/** Shows the view that the address names, with the focus on its heading after a change. */
function route(changed) {
  const view = location.hash === '#audit' ? 'audit' : 'secrets';
  show(view);
  if (changed) {
    by(`${view}-title`).focus();
  }
  return view === 'audit' ? loadAudit() : showProject(chosenProject());
}

function enter(entered) {
  tell('');
  const before = session;
  session = entered;
  const projects = session.projects;
  by('project').replaceChildren(...projects.map((name) => make('option', { value: name }, name)));
  by('project').value = chosenProject();
  by('project-choice').hidden = projects.length < 2;
  by('project-only').hidden = projects.length > 1;
  by('project-only').textContent = projects.length === 1 ? `Project ${projects[0]}` : '';
  by('problem').textContent = '';
  // Whoever logs in above a dialog goes on with that.
  return route(before === null && document.querySelector('dialog[open]') === null);
}

function chosenProject() {
  const kept = sessionStorage.getItem(PROJECT);
  return session.projects.includes(kept) ? kept : session.projects[0];
}

function leave(message) {
  session = null;
  closeDialogs();
  forgetSecrets();
  forgetAudit();
  tell('');
  show('login');
  showLogin(message);
  by('login-title').focus();
}

function ended() {
  if (document.querySelector('dialog[open]') === null) {
    leave(ENDED);
  } else if (!by('login-dialog').open) {
    showLoginAbove(`${ENDED} What you typed is kept until then.`, () => leave(ENDED));
  }
}

/** Closes whatever is open, which empties it. */
function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog[open]')) {
    close(dialog);
  }
}

async function start(code) {
  by('retry').hidden = true;
  try {
    if (code !== null) {
      await logInByCode(code);
    } else if (hasSession()) {
      enter(await call('GET', '/v1/session'));
    } else {
      leave('');
    }
  } catch (e) {
    notStarted(e, code);
  }
}

function notStarted(e, code) {
  if (e.status >= 400 && e.status < 500) {
    leave(code === null ? ENDED : e.message);
  } else {
    tellProblem(e.message);
    by('retry').onclick = () => start(code);
    by('retry').hidden = false;
  }
}

/** A new link may be opened in the tab that shows the page already, which does not load it again. */
async function addressChanged() {
  const code = takeCode();
  if (code === null) {
    if (session !== null) {
      tell('');
      route(true);
    }
    return;
  }
  try {
    await logInByCode(code);
  } catch (e) {
    if (session === null) {
      leave(e.message);
    } else {
      tellProblem(`${e.message} You are still logged in.`);
    }
  }
}

async function logOut() {
  try {
    await call('DELETE', '/v1/session');
  } catch (e) {
    if (e.status !== 401) {
      tellProblem(e.message);
      return;
    }
  }
  forgetSession();
  sessionStorage.removeItem(PROJECT);
  leave('');
  tell('You are logged out.');
}

onLogin(enter);
onSessionEnd(ended);
addEventListener('hashchange', addressChanged);
addEventListener('pagehide', () => {
  closeDialogs();
  forgetKey();
});
by('logout').addEventListener('click', logOut);
by('project').addEventListener('change', () => {
  sessionStorage.setItem(PROJECT, by('project').value);
  tell('');
  route(false);
});
start(takeCode());
