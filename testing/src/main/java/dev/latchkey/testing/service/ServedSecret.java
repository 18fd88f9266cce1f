package dev.latchkey.testing.service;

import dev.latchkey.client.store.StoredSecret;

/** A secret as the management API shows it: all but its value. */
record ServedSecret(String id, String project, StoredSecret stored, String type, String userId) {}
