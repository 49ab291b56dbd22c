"""What tests share: a bench with an emulator, a client and a state store, all in this process."""
