"""The REST surface that Twilio's official client talks to."""
