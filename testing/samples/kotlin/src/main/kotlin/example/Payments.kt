package example

import dev.latchkey.Secrets

/** Stands for an app: it signs in at another service with a secret, on behalf of a partner if it has one. */
class Payments {
  private val token = Secrets.supplier("MY_APP_SECRET")

  val authorization: String
    get() = "Bearer ${token.get()}"

  val partner: String? = Secrets.find("PARTNER_SECRET").orElse(null)
}
