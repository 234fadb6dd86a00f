module unyo

go 1.26.8
