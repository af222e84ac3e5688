from headworks.cli import main

main()
